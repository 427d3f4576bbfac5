"""What can be done about representatives, as pages offer it, with the forms."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.models import Account
from peyvand.places.models import Place
from peyvand.programmes.proposals import speaking_actions as speaking
from peyvand.programmes.proposals import speaking_queries as queries
from peyvand.programmes.proposals import speaking_rules as rules
from peyvand.programmes.proposals.actions import SLUG
from peyvand.programmes.proposals.permissions import may_write
from peyvand.programmes.proposals.queries import one_theme
from peyvand.programmes.proposals.speaking_models import Candidate, Choosing
from peyvand.scope.acting import Acting
from peyvand.web.doing import Act, ActForm, Acts
from peyvand.web.fields import JalaliDateField, QuantityField


class ChoosingForm(ActForm):
    closes = JalaliDateField(label=_("Until which day authors stand and choose"))
    seats = QuantityField(label=_("How many speak for the theme"), most=3, initial=1)
    term = QuantityField(label=_("Term in months"), most=24, initial=12)
    with_supporters = forms.BooleanField(label=_("Those who support its proposals choose too"), required=False)


class StandForm(ActForm):
    name = forms.CharField(label=_("Your name"), max_length=120)
    is_name_public = forms.BooleanField(
        label=_("Everyone may read my name"), required=False,
        help_text=_(
            "Otherwise the authors and the bodies in charge read it. "
            "It is erased when you are not chosen or step back, and two years after the term."
        ),
    )  # fmt: skip
    text = forms.CharField(label=_("What you would say for the theme"), widget=forms.Textarea, max_length=500)


class WordsForm(ActForm):
    session = forms.CharField(label=_("At which session"), max_length=160)
    on = JalaliDateField(label=_("On which day"))
    text = forms.CharField(label=_("The words of the theme"), widget=forms.Textarea, max_length=3000)


def _anywhere(row: Any) -> Place:
    """Themes lie in no place; the forms of their acts ask for none."""
    return Place()


def page_of(theme_id: int) -> str:
    return reverse(f"{SLUG}:speakers", args=[theme_id])


def _author(theme_id: int, by: Acting) -> Refusal | None:
    return may_write(by) or (None if queries.is_author(by, theme_id) else rules.NoAuthor())


def _chooses(row: Candidate, by: Acting) -> Refusal | None:
    return may_write(by) or (None if _sides(row.choosing, by)[1] else rules.NoAuthor())


def _stands(row: Choosing, by: Acting) -> Refusal | None:
    return may_write(by) or (None if _sides(row, by)[0] else rules.NoAuthor())


def _sides(row: Choosing, by: Acting) -> tuple[bool, bool]:
    told: tuple[bool, bool] | None = getattr(row, "sides", None)  # asked once for all that stands on a page
    return told or queries.sides_of(by, row)


def _own(row: Candidate, by: Acting) -> Refusal | None:
    if by.account_id and row.account_id == by.account_id:
        return None
    return NotPermitted(reason="one steps back for oneself alone")


def _today() -> Any:
    return business_date(timezone.now())


def _is_open(row: Choosing) -> bool:
    return row.state == rules.CHOOSING.start and row.closes_date >= _today()


def _name(row: Choosing, by: Acting) -> dict[str, Any]:
    return {"name": Account.objects.values_list("name", flat=True).filter(pk=by.account_id).first() or ""}


THEME = Acts(
    "theme_id",
    {
        "choose": Act(
            _("Let the authors choose who speaks for the theme"), _("It is open. All authors were told."),
            lambda row, said, by, now: speaking.open_choosing(
                theme_id=row.pk, by=by, now=now, terms=speaking.ChoosingTerms(
                    said["closes"], said["seats"], said["term"], said["with_supporters"]
                ),
            ),
            lambda row, by: _author(row.pk, by),
            lambda row: not Choosing.objects.filter(theme=row, state=rules.CHOOSING.start).exists(), ChoosingForm,
        )
    },
    lambda by, pk: one_theme(pk),
    _anywhere,
    lambda row: page_of(row.pk),
    lambda row: row.title,
)  # fmt: skip

CHOOSING = Acts(
    "choosing_id",
    {
        "stand": Act(
            _("Stand for it yourself"), _("You stand. The authors read your words."),
            lambda row, said, by, now: speaking.stand(choosing_id=row.pk, by=by, now=now, **said),
            _stands, _is_open, StandForm, _name,
        )
    },
    lambda by, pk: queries.one_choosing(pk),
    _anywhere,
    lambda row: page_of(row.theme_id),
    lambda row: row.theme.title,
)  # fmt: skip

CANDIDATE = Acts(
    "candidate_id",
    {
        "voice": Act(
            _("Give your voice"), _("Your voice counts. Until the last day you can give it to another."),
            lambda row, said, by, now: speaking.give_voice(candidate_id=row.pk, by=by, now=now),
            _chooses, lambda row: row.withdrawn_at is None and _is_open(row.choosing),
        ),
        "speak": Act(
            _("Bring its words to a session"), _("Written down. All authors and supporters were told."),
            lambda row, said, by, now: speaking.speak(candidate_id=row.pk, by=by, now=now, **said),
            _own, lambda row: queries.speaks_now(row, _today()), WordsForm,
        ),
        "back": Act(
            _("Step back"), _("You stepped back, and your name was erased."),
            lambda row, said, by, now: speaking.step_back(candidate_id=row.pk, by=by, now=now),
            _own, lambda row: row.withdrawn_at is None and (row.until is None or _today() < row.until),
            final=_("Your name is erased. While the choosing is open you can stand again."),
        ),
    },
    lambda by, pk: queries.one_candidate(pk),
    _anywhere,
    lambda row: page_of(row.theme_id),
    lambda row: row.theme.title,
)  # fmt: skip
