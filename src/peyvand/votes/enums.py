from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VoteState(TextChoices):
    DRAFT = "draft", _("Being prepared")
    OPEN = "open", _("Open for votes")
    CLOSED = "closed", _("Closed, not yet counted")
    COUNTING = "counting", _("Being counted")
    COUNTED = "counted", _("Counted")
    CANCELLED = "cancelled", _("Called off")


class CountStep(TextChoices):
    """How far the worker is with a count."""

    READING = "reading", _("The ballots are being opened")
    TALLYING = "tallying", _("The ballots are being counted by the rule")
    WRITING = "writing", _("The result is being written down")


class Method(TextChoices):
    EQUAL_SHARES = "equal_shares", _("Equal shares")
    GREEDY = "greedy", _("Most votes first, within the budget")
    APPROVAL = "approval", _("Most votes, for so many places")
    RANKING = "ranking", _("By ranking, for so many places")


class BallotKind(TextChoices):
    """What a ballot says of the options it names: yes, so many points, or an order."""

    APPROVAL = "approval", _("Yes to each option named")
    POINTS = "points", _("Points for each option named")
    RANKS = "ranks", _("The options in order, the best first")


class Utility(TextChoices):
    COST = "cost", _("A project is worth what it costs")
    COUNT = "count", _("Every project is worth the same")


class Completion(TextChoices):
    """What is done with the money that equal shares may leave; the words of `peyvand.engines.ballots`."""

    NONE = "none", _("What is left stays unspent")
    GREEDY = "greedy", _("What still fits is taken by votes")
    STEP = "step", _("Everyone's share is raised step by step")
    STEP_THEN_GREEDY = "step, then greedy", _("The share is raised step by step, then by votes")


class Ties(TextChoices):
    CHEAPER = "cheaper", _("Of equals the cheaper, then the lower number")
    NUMBER = "number", _("Of equals the lower number")
    LOT = "lot", _("Of equals by a lot that is drawn before the vote opens")


class Way(TextChoices):
    """How a one-time code reaches somebody."""

    HAND = "hand", _("Said or written down by hand")
    PAPER = "paper", _("Printed on a slip")
    SMS = "sms", _("As the text of a message")


class Aside(TextChoices):
    """Why a paper of the box is not counted."""

    SURPLUS = "surplus", _("More papers lie in the box than were given out")
    UNREADABLE = "unreadable", _("It cannot be read, or says what cannot be counted")
    MISTYPED = "mistyped", _("Its number was mistyped when it was entered")


class Voted(TextChoices):
    NOT = "", _("Not yet")
    CODE = "code", _("With a code")
    PAPER = "paper", _("On paper")
