"""Every write of the voice ladder: what a council sends up has a clock, an answer, and a log of who heard it."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.places.queries import ancestors
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.actions import event, require_on
from peyvand.programmes.neighbourhoods.enums import CouncilState, VoiceState
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Hearing, Rung, Voice
from peyvand.programmes.neighbourhoods.permissions import may_hear, may_move_voice, may_send
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


def above(council: Council) -> Council | None:
    """The nearest standing council where the voice of this one goes: of the kind above its own, else of the kind above that."""
    kinds = {kind.pk: kind for kind in CouncilKind.objects.all()}
    kind, places = kinds[council.kind_id], ancestors(council.place_path)
    standing: QuerySet[Council] = Council.objects.filter(state=CouncilState.STANDING, place_path__in=places)
    found = {one.kind_id: one for one in standing.exclude(pk=council.pk).order_by("place_path")}
    while kind.upper_id is not None:
        kind = kinds[kind.upper_id]
        if kind.pk in found:
            return found[kind.pk]
    return None


@action
def send_voice(*, council_id: int, title: str, body: str, by: Acting, now: datetime) -> Voice:
    """Send something up from a council to the one above it, whose clock begins. Raises `NoUpperCouncil`."""
    council = lock(Council.objects.select_related("kind"), [council_id], of=("self",))[council_id]
    require(may_send(by, council))
    require_on(council.place_path, council.organisation_path, now)
    if council.state != CouncilState.STANDING:
        raise rules.CouncilDissolved
    for field, text, least in (("title", title, 3), ("body", body, 10)):
        if len(text.strip()) < least:
            raise BadValue(field=field, reason="a few words are needed")
    upper = above(council)
    if upper is None:
        raise rules.NoUpperCouncil
    voice = Voice(
        council=council, title=title.strip(), body=body.strip(), state=rules.VOICE.start, place_path=council.place_path,
        organisation_path=council.organisation_path, sent_at=now,
    )  # fmt: skip
    _arrive(voice, upper, now)
    event("voice.sent", "voice", voice.pk, by, now, row=voice, data={"at": upper.pk})
    return voice


def _arrive(voice: Voice, upper: Council, now: datetime, asked: str = "") -> None:
    voice.at, voice.at_path, voice.answer_by = upper, upper.organisation_path, clock(upper, now)
    voice.save()
    Rung.objects.create(voice=voice, council=upper, arrived_at=now, answer_by=voice.answer_by, asked=asked)


def clock(council: Council, now: datetime) -> date:
    """The last business day for an answer: a setting of the council's kind, not an official number."""
    return settings.WORK_WEEK.after(business_date(now), council.kind.answer_days)


@action
def hear_voice(*, voice_id: int, by: Acting, now: datetime) -> Voice:
    """Write into the log that the actor heard this voice at the council where it waits; a second time changes nothing."""
    voice = _locked(voice_id)
    require(may_hear(by, voice))
    require_on(voice.place_path, voice.organisation_path, now)
    heard = Hearing.objects.filter(voice=voice, council_id=voice.at_id, account=by.account_id or None)
    if not heard.exists():
        Hearing.objects.create(
            voice=voice, council_id=voice.at_id, account_id=by.account_id or None, role=by.role.value,
            organisation_id=by.organisation_id or None, at=now,
        )  # fmt: skip
        event("voice.heard", "voice", voice.pk, by, now, row=voice, data={"at": voice.at_id})
    return voice


@action
def move_voice(*, voice_id: int, act: str, words: str = "", by: Acting, now: datetime) -> Voice:
    """Answer a voice (with words), pass it on upwards (with the reason), raise it again after an answer or where none came in time,
    settle or withdraw it, or take either back (`take_back`: it stands as before, with the clock it had).

    Whoever answers or passes on has heard it: the log says so. Raises `ClockStillRuns`, `NoUpperCouncil`.
    """
    voice = _locked(voice_id)
    require(may_move_voice(by, voice, act))
    require_on(voice.place_path, voice.organisation_path, now)
    if act == "raise_again":
        require(rules.raise_refusal(state=voice.state, answer_by=voice.answer_by, today=business_date(now)))
    voice.state = rules.VOICE.after(_back(voice) if act == "take_back" else act, voice.state)
    if act in ("answer", "pass_on", "raise_again") and len(words.strip()) < 10:
        raise BadValue(field="words", reason="those who sent it will read this: a sentence is needed")
    if act in rules.OF_HEARER:
        hear_voice(voice_id=voice_id, by=by, now=now)
    if act == "take_back" and voice.state == VoiceState.WAITING:
        Rung.objects.filter(pk=_newest(voice).pk).update(left_at=None)
    else:
        Rung.objects.filter(voice=voice, left_at__isnull=True).update(
            left_at=now, answer=words.strip() if act in rules.OF_HEARER else "", passed_on=act == "pass_on"
        )
    if act in ("pass_on", "raise_again"):
        upper = above(voice.at)
        if upper is None:
            raise rules.NoUpperCouncil
        _arrive(voice, upper, now, asked=words.strip() if act == "raise_again" else "")
    voice.closed_at = now if voice.state in (VoiceState.SETTLED, VoiceState.WITHDRAWN) else None
    voice.save()
    event("voice.moved", "voice", voice.pk, by, now, row=voice, data={"act": act, "at": voice.at_id})
    return voice


def _newest(voice: Voice) -> Rung:
    return Rung.objects.filter(voice=voice).latest("pk")


def _back(voice: Voice) -> str:
    """The step that leads back from where it was closed: an answer it had stands again."""
    answered = voice.state == VoiceState.WITHDRAWN and _newest(voice).answer
    return "take_back_answered" if answered else "take_back"


def _locked(voice_id: int) -> Voice:
    return lock(Voice.objects.select_related("at__kind"), [voice_id], of=("self",))[voice_id]
