from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.proposals.enums import Decision, HappeningKind, ProposalState, Vote


class Theme(models.Model):
    """A group of like proposals. Its identity stays when new ones come; `words` are what most of them say."""

    personal_data = "none"

    title = models.CharField(max_length=200)
    words = ArrayField(models.CharField(max_length=60), default=list)
    made_at = models.DateTimeField()


class Proposal(models.Model):
    """A written executive proposal. Nothing of it is ever removed; joined to another one it keeps its own page and supporters."""

    personal_data = "indirect"

    year = models.PositiveSmallIntegerField()  # Jalali
    number = models.PositiveIntegerField()
    tracking_code = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=160)
    problem = models.TextField()
    evidence = models.TextField(blank=True, default="")
    law = models.TextField(blank=True, default="")
    cost = models.TextField(blank=True, default="")
    owner = models.CharField(max_length=200, blank=True, default="")  # who should do it, in the author's words
    first_step = models.TextField()
    session = models.CharField(max_length=160, blank=True, default="")  # the meeting it was handed in at
    words = ArrayField(models.CharField(max_length=40), default=list)
    author = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    written_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState.choices)
    body = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    body_path = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    routed_date = models.DateField(null=True)
    answer_days = models.PositiveSmallIntegerField(null=True)
    answer_by = models.DateField(null=True)
    promised_by = models.DateField(null=True)  # by when what was accepted is carried out, as its answer says
    closed_at = models.DateTimeField(null=True)
    theme = models.ForeignKey(Theme, null=True, on_delete=models.PROTECT, related_name="proposals")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    supporters = models.PositiveIntegerField(default=0)  # different people, with those of the proposals joined to it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="proposal_number"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="proposal_not_into_itself"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(problem="") & ~Q(first_step=""), name="proposal_whole"),
            models.CheckConstraint(
                condition=~Q(state="routed")
                | Q(body__isnull=False, routed_date__isnull=False, answer_by__isnull=False) & ~Q(body_path=""),
                name="proposal_routed_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "not_done", "refused", "withdrawn"], closed_at__isnull=False)
                | ~Q(state__in=["done", "not_done", "refused", "withdrawn"]) & Q(closed_at__isnull=True),
                name="proposal_closed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["-supporters", "-id"], name="proposal_supported"),
            models.Index(fields=["-written_at", "-id"], name="proposal_newest"),
            models.Index(fields=["state", "answer_by"], name="proposal_clock"),
            models.Index(fields=["state", "promised_by"], name="proposal_promised"),
            models.Index(fields=["theme", "state"], name="proposal_theme"),
            GinIndex(fields=["words"], name="proposal_words"),
        ]

    @property
    def text(self) -> str:
        """What likeness is judged by."""
        return f"{self.title} {self.problem} {self.first_step}"

    @property
    def shown_number(self) -> str:
        return f"{self.year}-{self.number}"


class Support(models.Model):
    """One account stands behind one proposal. Withdrawn it stays as a row, and is no longer counted."""

    personal_data = "reference"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="supports")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "account"], name="support_once")]


class Merge(models.Model):
    """That a proposal was joined to another one, and when it was parted again. The rows are the history: none is removed."""

    personal_data = "none"

    child = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(undone_at__isnull=True), name="merge_one_at_a_time"),
            models.CheckConstraint(condition=~Q(child=F("into")), name="merge_two_proposals"),
        ]


class Answer(models.Model):
    """What the body in charge says: to one proposal with those joined to it, or to a whole theme."""

    personal_data = "none"

    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    theme = models.ForeignKey(Theme, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    text = models.TextField()
    until = models.DateField(null=True)  # by when it is carried out
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="answer_says_something")]


class Reply(models.Model):
    """The answer as it went to the author of one proposal."""

    personal_data = "reference"

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="replies")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="reply")


class OwnWords(models.Model):
    """What a body said to the author of one proposal besides its public answer: read by him and by those who speak for the body."""

    personal_data = "indirect"

    reply = models.OneToOneField(Reply, primary_key=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="own_words_say_something")]


class Happening(models.Model):
    """The public history of a proposal; its author and supporters are told each."""

    personal_data = "indirect"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="happenings")
    kind = models.CharField(max_length=10, choices=HappeningKind.choices)
    at = models.DateTimeField()
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["proposal", "at"], name="happening_of")]


class Reading(models.Model):
    """Up to when somebody has read what happened to the proposals he wrote or supports."""

    personal_data = "reference"

    account = models.OneToOneField(Account, primary_key=True, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()


class Holiday(models.Model):
    """A day that an office recorded for the clock: closed, or open although the calendar calls it a holiday."""

    personal_data = "none"

    day = models.DateField(unique=True)
    is_closed = models.BooleanField(default=True)
    name = models.CharField(max_length=160)
    source = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name="") & ~Q(source=""), name="holiday_with_source")]


class AnswerTerms(models.Model):
    """Working days until a written answer, from a date on: a setting of those who run the site."""

    personal_data = "none"

    since = models.DateField(unique=True)
    answer_days = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(answer_days__gte=1) & ~Q(source=""), name="answer_terms_whole")
        ]


class Consultation(models.Model):
    """A draft that is put before everyone, paragraph by paragraph, for some days."""

    personal_data = "none"

    title = models.CharField(max_length=160)
    intro = models.TextField(blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    opens = models.DateField()
    closes = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(closes__gte=F("opens")), name="consultation_days")]


class Paragraph(models.Model):
    personal_data = "none"

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="paragraphs")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "number"], name="paragraph_number")]


class Comment(models.Model):
    """What somebody says to one paragraph, and what those who wrote the draft answer."""

    personal_data = "indirect"

    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, related_name="comments")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["paragraph", "id"], name="comment_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="comment_answered_whole",
            )
        ]


class Statement(models.Model):
    """A sentence on the draft that everyone may agree or disagree with, or pass."""

    personal_data = "indirect"

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="statements")
    text = models.CharField(max_length=200)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "text"], name="statement_once")]


class StatementVote(models.Model):
    """Seen by nobody else; only groups are shown, and none of fewer than five."""

    personal_data = "reference"

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    vote = models.SmallIntegerField(choices=Vote.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "account"], name="statement_vote_once"),
            models.CheckConstraint(condition=Q(vote__in=[-1, 0, 1]), name="statement_vote_known"),
        ]
        indexes = [models.Index(fields=["statement", "at"], name="statement_vote_since")]


class KeptOpinions(models.Model):
    """What those who voted on a draft have in common, as of `counted_at`: groups of at least five alone, so that everyone may read it.

    `groups` are {number, people, says}; `says` and `unites` are {statement, said, many, of} as in `opinions.SaidBy`.
    """

    personal_data = "none"

    consultation = models.OneToOneField(Consultation, primary_key=True, on_delete=models.CASCADE, related_name="kept")
    voters = models.PositiveIntegerField()
    groups = models.JSONField()
    unites = models.JSONField()
    counted_at = models.DateTimeField()
