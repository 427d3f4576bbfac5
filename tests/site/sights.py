"""One province with a row of everything, and who may see each: said once more in plain Python, apart from the policies.

`Facts` (tests/people/test_least_seeing.py) says it for the rows of the flow; `RULES` adds the rest. A mark is a word that
stands in one row and nowhere else: where it appears in an answer, the row has been seen.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone
from PIL import Image
from tests.people.test_least_seeing import RULES as FLOW
from tests.people.test_least_seeing import Facts, covers, populate
from tests.world import NOW, World

from peyvand.api.keys import create_token
from peyvand.api.models import ApiToken
from peyvand.batches.actions import do_at_once
from peyvand.batches.models import Batch
from peyvand.exports.actions import ask_export
from peyvand.exports.enums import FileKind
from peyvand.exports.listing import listed_at
from peyvand.exports.models import Export
from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import switch_on
from peyvand.files.pictures import cleaned
from peyvand.files.storage import LocalFolder
from peyvand.filters.actions import keep_filter
from peyvand.filters.models import KeptFilter
from peyvand.flow.commitment.actions import sign_agreement
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Agreement, MatchingRun, Unserved
from peyvand.flow.delivery.actions import NewDelivery, add_proof, record_deliveries
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.need.actions import propose_priority
from peyvand.flow.need.models import Need, PriorityOverride, PriorityWeights
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.flow.story.models import Story
from peyvand.intake.enums import ImportKind
from peyvand.intake.models import ImportRecord
from peyvand.journal.models import Event
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import latin_digits, search_key
from peyvand.people.models import Account, Consent, Household, Look, Membership, Organisation, Person, Task
from peyvand.places.models import Place
from peyvand.programmes.assemblies.actions import prepare_assembly, tell_idea
from peyvand.programmes.assemblies.models import Idea
from peyvand.programmes.federations import actions as federations
from peyvand.programmes.federations import models as of_federations
from peyvand.programmes.federations.meeting_actions import call_meeting, decide, hold_meeting
from peyvand.programmes.federations.sharing_actions import share_needs, take_shared
from peyvand.programmes.micro_projects.actions import NewProject, propose_project
from peyvand.programmes.micro_projects.enums import ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject, MicroProjectTerms
from peyvand.programmes.neighbourhoods.actions import (
    add_seat,
    call_session,
    found_council,
    hold_session,
    resolve,
    take_known_kinds,
)
from peyvand.programmes.neighbourhoods.board_actions import add_trusted, set_lead, set_objective, tell_obstacle
from peyvand.programmes.neighbourhoods.enums import Dimension, SeatRole
from peyvand.programmes.neighbourhoods.models import (
    BoardSeat,
    Council,
    CouncilKind,
    DoubleHelp,
    Objective,
    Obstacle,
    Resolution,
    Seat,
    SeatHolder,
    Session,
    TrustedPerson,
    Voice,
)
from peyvand.programmes.neighbourhoods.permissions import KEEPERS, READERS
from peyvand.programmes.neighbourhoods.voice_actions import send_voice
from peyvand.programmes.practices import actions as practices
from peyvand.programmes.practices import session_actions
from peyvand.programmes.practices.enums import SHOWN
from peyvand.programmes.practices.models import HighSession, Nomination, Practice, ProposedWords
from peyvand.programmes.practices.permissions import READERS as PRACTICE_READERS
from peyvand.programmes.practices.session_actions import accept_nomination, nominate
from peyvand.programmes.practices.story_actions import propose_words
from peyvand.programmes.proposals import models as proposals
from peyvand.programmes.proposals.actions import NewProposal, write_proposal
from peyvand.programmes.proposals.consulting import open_consultation
from peyvand.programmes.visits import sample, xlsform
from peyvand.programmes.visits.actions import NewVisit, plan_visit, record_visit, upload_survey
from peyvand.programmes.visits.models import Survey, Tour, Visit, VisitPhoto
from peyvand.resources.models import Specification
from peyvand.scope.acting import PUBLIC, STAFF, SYSTEM, Acting, Role, within
from peyvand.scope.database import scope
from peyvand.votes.models import Vote, Voter
from peyvand.votes.roll import NewVoter, vouch_voters
from peyvand.votes.rules import Rule as VoteRule
from peyvand.web.acting import MEMBERSHIP_KEY

Rule = Callable[[Facts, Acting, Any], bool]
NOTHING = 2**40  # the number of no row
_LETTERS = "بپتجچخدرزسشطفقکگلمنوهی"


def of_row(facts: Facts, by: Acting, row: Any) -> bool:
    return covers(by, row.place_path, row.organisation_path) or facts.looked_at(by, row.organisation_path)


def kept(facts: Facts, by: Acting, row: Any) -> bool:
    return covers(by, row.place_path, row.organisation_path)


def story(facts: Facts, by: Acting, row: Story) -> bool:
    return row.state == "published" or of_row(facts, by, row)


def agreement(facts: Facts, by: Acting, row: Agreement) -> bool:
    return by.role in STAFF and any(within(path, by.organisation_path) for path in (row.giver_path, row.asker_path))


def import_record(facts: Facts, by: Acting, row: ImportRecord) -> bool:
    here = within(row.place_path, by.place_path) and within(row.organisation_path, by.organisation_path)
    return here and (by.role in STAFF or (by.role is Role.ADMINISTRATOR and row.kind == ImportKind.ORGANISATIONS))


def event(facts: Facts, by: Acting, row: Event) -> bool:
    auditor = by.role is Role.AUDITOR and within(row.place_path, by.place_path)
    return auditor or covers(by, row.place_path, row.organisation_path) or 0 < by.account_id == row.account_id


def look(facts: Facts, by: Acting, row: Look) -> bool:
    told = by.role in STAFF and within(row.organisation_path, by.organisation_path)
    return told or 0 < by.membership_id == row.membership_id


def practice(facts: Facts, by: Acting, row: Practice) -> bool:
    return kept(facts, by, row) or (row.state in SHOWN and by.role in PRACTICE_READERS)


def nomination(facts: Facts, by: Acting, row: Nomination) -> bool:
    decides = by.role is Role.HQ_LEADER and kept(facts, by, row.session)
    # A practice that was withdrawn takes its nomination with it.
    seen = practice(facts, by, row.practice)
    return seen and (
        kept(facts, by, row.practice) or decides or (row.state == "accepted" and by.role in PRACTICE_READERS)
    )


def idea(facts: Facts, by: Acting, row: Idea) -> bool:
    return row.state not in ("told", "joined") or covers(by, row.place_path, row.organisation_path)


def vote(facts: Facts, by: Acting, row: Vote) -> bool:
    return row.state != "draft" or covers(by, row.place_path, row.organisation_path)


def of_council(facts: Facts, by: Acting, row: Any) -> bool:
    """Councils of the own area and of the places it lies in; a resolution also by those who owe it."""
    near = within(row.place_path, by.place_path) or by.place_path.startswith(row.place_path)
    owes = isinstance(row, Resolution) and within(row.owner_path, by.organisation_path)
    return by.role in READERS and (near or owes)


def read_here(facts: Facts, by: Acting, row: Any) -> bool:
    return by.role in READERS and within(row.place_path, by.place_path)


def in_federation(by: Acting, federation_id: int) -> bool:
    """Staff of a member, of what it belongs to, or of what it has below it."""
    rows = of_federations.Member.objects.filter(federation_id=federation_id, state="member")
    paths = rows.values_list("member_path", flat=True)
    return by.role in STAFF and any(_same_house(path, by.organisation_path) for path in paths)


def _same_house(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def member(facts: Facts, by: Acting, row: Any) -> bool:
    own = by.role in STAFF and within(row.member_path, by.organisation_path)
    return row.state in ("member", "left") or own or kept(facts, by, row)


def meeting(facts: Facts, by: Acting, row: Any) -> bool:
    keeps = row.federation if isinstance(row, of_federations.Decision) else row
    return kept(facts, by, keeps) or in_federation(by, row.federation_id)


def shared_need(facts: Facts, by: Acting, row: Any) -> bool:
    own = by.role in STAFF and _same_house(row.holder_path, by.organisation_path)
    took = any(taking(facts, by, one) for one in row.takings.all())
    return own or took or (row.unshared_at is None and in_federation(by, row.federation_id))


def taking(facts: Facts, by: Acting, row: Any) -> bool:
    return by.role in STAFF and any(within(path, by.organisation_path) for path in (row.taker_path, row.holder_path))


def seat_holder(facts: Facts, by: Acting, row: SeatHolder) -> bool:
    council = row.seat.council
    return by.role in KEEPERS and covers(by, council.place_path, council.organisation_path)


def everyone(facts: Facts, by: Acting, row: Any) -> bool:
    return True


RULES: dict[type, Rule] = {
    **FLOW,
    MatchingRun: of_row, Unserved: of_row, Story: story, Agreement: agreement, ImportRecord: import_record, Event: event, Look: look,
    Export: lambda facts, by, row: 0 < by.account_id == row.account_id,
    proposals.Proposal: everyone, proposals.Theme: everyone, proposals.Answer: everyone, proposals.Consultation: everyone,
    proposals.Paragraph: everyone, proposals.Statement: everyone, proposals.Comment: everyone,
    Batch: lambda facts, by, row: 0 < by.membership_id == row.membership_id,
    KeptFilter: lambda facts, by, row: 0 < by.membership_id == row.membership_id,
    Task: kept, ApiToken: lambda facts, by, row: 0 < by.account_id == row.account_id,
    Proof: lambda facts, by, row: facts.delivery(by, row.delivery),
    PriorityOverride: lambda facts, by, row: facts.need(by, row.need),
    MicroProject: lambda facts, by, row: facts.need(by, row.need),
    Place: everyone, Organisation: everyone, Specification: everyone, PriorityWeights: everyone, MicroProjectTerms: everyone,
    ProgrammeSwitch: everyone, Practice: practice, Nomination: nomination,
    HighSession: lambda facts, by, row: by.role in PRACTICE_READERS,
    ProposedWords: lambda facts, by, row: kept(facts, by, row.story),
    Idea: idea, Vote: vote, Visit: kept, Tour: kept, VisitPhoto: lambda facts, by, row: kept(facts, by, row.visit),
    Survey: lambda facts, by, row: by.role in STAFF,
    Voter: lambda facts, by, row: covers(by, row.vote.place_path, row.vote.organisation_path),
    CouncilKind: everyone, Council: of_council, Session: of_council, Resolution: of_council,
    BoardSeat: of_council, Seat: lambda facts, by, row: of_council(facts, by, row.council), SeatHolder: seat_holder,
    Voice: read_here, Objective: read_here, Obstacle: read_here,
    TrustedPerson: lambda facts, by, row: covers(by, row.place_path, row.organisation_path),
    of_federations.Federation: everyone, of_federations.Member: member, of_federations.Meeting: meeting,
    of_federations.Decision: meeting, of_federations.SharedNeed: shared_need, of_federations.Taking: taking,
    DoubleHelp: lambda facts, by, row: covers(by, row.need.place_path, row.need.organisation_path),
}  # fmt: skip
_RELATED = {
    Proof: ("delivery",), PriorityOverride: ("need",), MicroProject: ("need__specification",), Need: ("specification",),
    Organisation: ("place",), Nomination: ("practice", "session"), ProposedWords: ("story",),
    Voter: ("vote",), VisitPhoto: ("visit",),
    of_federations.Decision: ("federation",), Seat: ("council",), SeatHolder: ("seat__council",), DoubleHelp: ("need",),
}  # fmt: skip


@dataclass
class Answer:
    status: int
    text: str
    response: HttpResponse


@dataclass
class Sights:
    """`rows` of every model in `RULES`, read as the system; `names` are the people of the province, "" is the public."""

    world: World
    facts: Facts
    rows: dict[type, list[Any]] = field(default_factory=dict)
    marks: list[tuple[str, type, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    @property
    def names(self) -> list[str]:
        return ["", *self.world.acting]

    def acting(self, name: str) -> Acting:
        return self.world.acting[name] if name else PUBLIC

    def sees(self, name: str, row: Any) -> bool:
        return RULES[type(row)](self.facts, self.acting(name), row)

    def seen(self, name: str, model: type) -> list[Any]:
        return [row for row in self.rows[model] if self.sees(name, row)]

    def hidden(self, name: str) -> set[str]:
        """The marks this person must not meet in anything that is read."""
        return {mark for mark, model, row in self.marks if not self.sees(name, row)} | set(self.secrets)

    def ask(
        self, name: str, method: str, url: str, *, token: bool = False, language: str = "en", **sent: Any
    ) -> Answer:
        """One request, undone afterwards whatever it did."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler  # its middleware is made ready once
        client.cookies["django_language"] = language
        headers = {"Accept-Language": language} | sent.pop("headers", {})
        if token and name:
            headers["Authorization"] = f"Bearer {self.tokens[name]}"
        elif name:
            client.cookies.load(self.cookies[name])
        with transaction.atomic():
            response = getattr(client, method)(url, headers=headers, **sent)
            body = b"".join(response) if response.streaming else response.content
            transaction.set_rollback(True)
        return Answer(response.status_code, plain(body), response)

    def leaks(self, name: str, answer: Answer, *, asked: str = "") -> set[str]:
        """Marks of rows this person may not see; what was asked for comes back in a form or an address."""
        return {mark for mark in self.hidden(name) if mark in answer.text and mark not in plain(asked.encode())}


def plain(body: bytes) -> str:
    """As it is compared: one kind of digits, codes without their dashes."""
    text = body.decode("utf-8", "replace")
    if "\\u06" in text:
        text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return latin_digits(text).replace("-", "")


def word(number: int) -> str:
    """A family name nobody else bears."""
    return "نهفته" + _LETTERS[number // len(_LETTERS)] + _LETTERS[number % len(_LETTERS)]


def build() -> Sights:
    world = World.build()
    looks = populate(world)
    _more(world)
    _name_apart()
    sights = Sights(world, Facts(looks))
    for name, acting in world.acting.items():
        _let_in(sights, name, acting)
    with scope(SYSTEM):
        for model in RULES:
            rows = model.objects.select_related(*_RELATED.get(model, ())).order_by("pk")
            sights.rows[model] = list(rows)
    sights.marks = list(_marks(sights))
    sights.secrets = ["0912000", "کوچهٔ پنهان", "یادداشت نهان"]
    return sights


def _let_in(sights: Sights, name: str, acting: Acting) -> None:
    client = Client()
    client.force_login(Account.objects.get(pk=acting.account_id))
    session = client.session
    session[MEMBERSHIP_KEY] = acting.membership_id
    session.save()
    sights.cookies[name] = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    _, sights.tokens[name] = create_token(name=f"token {name}", days=30, by=acting, now=timezone.now())


def _more(world: World) -> None:
    """What the small province of the flow's own test has not: papers, pictures, lists, stories, programmes."""
    act = {"by": world["facilitator"], "now": NOW}
    with scope(SYSTEM):
        delivery = Delivery.objects.filter(answer="accepted").first()
        need = Need.objects.filter(organisation=world.organisations["centre"], state="open").order_by("pk").first()
    words = {"body": "خیریه آمد و کمک رسید و خانواده خوشحال شد.", "place": world.places["nobonyad"]}
    unwritten = write_story(title="داستان نانوشته", delivery_ids=[delivery.pk], **words, **act)
    shown = write_story(title="داستان همه", delivery_ids=[delivery.pk], **words, **act)
    submit_story(story_id=shown.pk, **act)
    publish_story(story_id=shown.pk, by=world["field_leader"], now=delivery.recorded_at)
    for number, (giver, asker, by) in enumerate(
        [("charity", "centre", "charity_manager"), ("firm", "office", "firm_manager")]
    ):
        sign_agreement(
            title=f"پیمان نهفته {number}", giver=world.organisations[giver], asker=world.organisations[asker],
            signed_date=business_date(NOW), by=world[by], now=NOW,
        )  # fmt: skip
    of_both = world.need(1, by="charity_manager", place="espiari")
    for number, promise in enumerate(
        [
            world.agreed(world.need(1), world.capacity(1)),
            world.promise(of_both, world.capacity(1), by="charity_manager"),
        ]
    ):
        told = NewDelivery(promise.pk, 1, business_date(NOW), f"تحویل نهفته {number}")
        record_deliveries(rows=[told], by=world["charity_manager"], now=NOW)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(picture, "PNG")
    data = cleaned(io.BytesIO(picture.getvalue()))
    stored = LocalFolder(settings.PEYVAND_FILES).store(data)
    add_proof(delivery_id=delivery.pk, sha256=stored, content_type="image/jpeg", size=len(data), **act)
    for by, place in (("facilitator", "nobonyad"), ("charity_manager", "espiari")):
        world.need(kind="tutoring", by=by, place=place, note="یادداشت نهان")
    run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    propose_priority(
        need_id=need.pk, priority=77, reason="چون سقف خانه نهفته فرو ریخته است.", by=world["field_leader"], now=NOW
    )
    _imports(world)
    for name in ("facilitator", "firm_manager"):
        with scope(world[name]):
            listed = listed_at("/needs/", world[name], Account.objects.get(pk=world[name].account_id))
        keep_filter(
            path="/needs/", title="Needs", name=f"پالایهٔ نهفته {name}", query="state=open", by=world[name], now=NOW
        )
        withdrawn = world.need(kind="tutoring", by=name, place="nobonyad" if name == "facilitator" else "espiari")
        do_at_once(act="withdraw_needs", ids=[withdrawn.pk], values={}, by=world[name], now=NOW)
        ask_export(listed=listed, address="/needs/", kind=FileKind.CSV, language="fa", by=world[name], now=NOW)
    switch_on(slug="micro_projects", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    project = NewProject(
        world.household(address="کوچهٔ پنهان"), world.specifications["wheelchair"], ReasonKind.ACCIDENT,
        business_date(NOW), 90_000_000, note="یادداشت نهان",
    )  # fmt: skip
    propose_project(row=project, **act)
    switch_on(slug="proposals", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    write_proposal(row=NewProposal("رمپ بانک", "پلهٔ بانک‌ها", "بازدید شعبه‌ها"), **act)
    open_consultation(
        title="آیین‌نامهٔ همکاری", intro="", paragraphs=["بند نخست"], statements=["پاسخ‌ها دیدنی باشد."],
        opens=business_date(NOW), closes=business_date(NOW), by=world["leader"], now=NOW,
    )  # fmt: skip
    _practices(world, unwritten)
    _assemblies(world)
    _councils(world)
    _federations(world)
    _visits(world)


def _practices(world: World, story: Story) -> None:
    """One of each kind of state, of two offices, and words proposed for a story that is not published."""
    switch_on(slug=practices.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    made = []
    for by, place in (("field_leader", "nobonyad"), ("charity_manager", "espiari"), ("charity_manager", "espiari")):
        form = practices.Form(f"الگوی نهفته {len(made)}", "مسئله", "یک\nدو", "سه نفر", "شرط", 10**7, "فاکتور")
        items = [(world.specifications["wheelchair"], 1)]
        row = practices.write_practice(form=form, items=items, place=world.places[place], by=world[by], now=NOW)
        if len(made) < 2:
            result = practices.Result("شد", 9, "دفتر", 10**7, business_date(NOW))
            practices.publish_practice(practice_id=row.pk, result=result, by=world[by], now=NOW)
        made.append(row)
    practices.copy_practice(practice_id=made[0].pk, place=world.places["espiari"], by=world["firm_manager"], now=NOW)
    leader = {"by": world["leader"], "now": NOW}
    session = session_actions.call_session(
        title="نشست",
        host="استاندار",
        held_date=business_date(NOW) + timedelta(days=90),
        place=world.places["mz"],
        **leader,
    )
    asked = {"high_session_id": session.pk, "reason": "دیدنی است و شنیدنی"}
    nominate(practice_id=made[1].pk, by=world["charity_manager"], now=NOW, **asked)
    heard = nominate(practice_id=made[0].pk, by=world["field_leader"], now=NOW, **asked)
    accept_nomination(nomination_id=heard.pk, **leader)
    propose_words(
        story_id=story.pk, title="واژهٔ نهفته", body="واژه‌هایی که هنوز از آنِ کسی نیست.", invitation="",
        reason="این‌گونه روشن‌تر است", by=world["field_leader"], now=NOW,
    )  # fmt: skip


def _visits(world: World) -> None:
    """Visits of two offices, planned and made, with a picture, a form in use and a tour."""
    switch_on(slug="visits", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    today, base = business_date(NOW), world.places["nobonyad"]
    for name, place in (("field_leader", "nobonyad"), ("charity_manager", "espiari")):
        plan_visit(place=world.places[place], planned_date=today, by=world[name], now=NOW)
        row = NewVisit(world.places[place], today, 7, 2, "بازدید نهفته")
        visit = record_visit(row=row, by=world[name], now=NOW)
        VisitPhoto.objects.create(visit=visit, moment="before", spot=1, sha256=f"{visit.pk:064d}", size=9, added_at=NOW)
    upload_survey(definition=xlsform.read(sample.workbook()), source_sha256="0" * 64, by=world["field_leader"], now=NOW)
    Tour.objects.create(
        title="تور نهفته", base=base, place_path=base.path, organisation=world.organisations["centre"],
        organisation_path=world.organisations["centre"].path, begins=today, days=2, calls_a_day=3, km_a_day=100, planned_at=NOW,
    )  # fmt: skip


def _assemblies(world: World) -> None:
    """Ideas of two houses, and a vote that is still a draft with somebody on its roll."""
    switch_on(slug="assemblies", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    for name, house, place in (("facilitator", "centre", "nobonyad"), ("charity_manager", "charity", "espiari")):
        at = {"place": world.places[place], "organisation": world.organisations[house]}
        told = tell_idea(title=f"ایدهٔ نهفته {name}", text="", by=world[name], now=NOW, **at)
        rule = VoteRule(budget=1_000_000)
        vote = prepare_assembly(title=f"رأی نهفته {name}", rule=rule, idea_ids=[told.pk], by=SYSTEM, now=NOW, **at)
        vouch_voters(vote_id=vote.pk, rows=[NewVoter(f"رأی‌دهنده {name}", "0912000")], by=SYSTEM, now=NOW)


def _councils(world: World) -> None:
    """A council with a voice that waits above it, a board with all that stands on one, and an alarm."""
    switch_on(slug="neighbourhoods", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    take_known_kinds(by=SYSTEM, now=NOW)
    found = {}
    for kind, place, keeper, name in (
        ("county_steering", "sari", "office", "officer"), ("progress_council", "nobonyad", "centre", "facilitator"),
        ("progress_council", "espiari", "office", "leader"),
    ):  # fmt: skip
        found[place] = found_council(
            kind_id=CouncilKind.objects.get(slug=kind).pk, place=world.places[place], organisation=world.organisations[keeper],
            by=world[name], now=NOW,
        )  # fmt: skip
    council, by, today = found["nobonyad"], world["facilitator"], business_date(NOW)
    seat = add_seat(
        council_id=council.pk, title="معتمد محل", role=SeatRole.CHAIR, since=today, holder="نشستهٔ نهفته", by=by, now=NOW
    )
    session = call_session(council_id=council.pk, on=today, agenda=["روشنایی"], by=by, now=NOW)
    hold_session(session_id=session.pk, present=[seat.pk], said={1: "گفته شد"}, by=by, now=NOW)
    resolve(session_id=session.pk, title="چراغ کوچه", owner=world.organisations["charity"], due=today, by=by, now=NOW)
    send_voice(council_id=council.pk, title="پزشک محله", body="خانهٔ بهداشت پزشک ندارد.", by=by, now=NOW)
    place, office = world.places["nobonyad"], world.organisations["office"]
    set_lead(place=place, organisation=office, by=world["governor"], now=NOW)
    set_objective(
        place=place, organisation=office, title="خانهٔ مناسب", dimension=Dimension.PHYSICAL, measure="خانه", target=3, due=today,
        by=world["officer"], now=NOW,
    )  # fmt: skip
    tell_obstacle(place=place, title="مجوز نیامده است", owner=office, by=by, now=NOW)
    add_trusted(
        place=place, organisation=world.organisations["centre"], name="معتمد نهفته", agreed=today, by=by, now=NOW
    )
    alarmed = Need.objects.filter(organisation=world.organisations["centre"]).order_by("pk").first()
    DoubleHelp.objects.create(need=alarmed, state="new", noticed_at=NOW)


def _federations(world: World) -> None:
    """The firm leads a federation of the office and the charity: a meeting, one that asks, and a need that is taken."""
    switch_on(slug="federations", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    by, today = {"by": SYSTEM, "now": NOW}, business_date(NOW)
    house = federations.found_federation(organisation=Organisation.objects.get(pk=world.organisations["firm"].pk), **by)
    asked = [
        federations.ask_to_join(federation_id=house.pk, organisation=world.organisations[name], **by)
        for name in ("office", "charity", "centre")
    ]
    for one in asked[:2]:
        federations.admit_member(member_id=one.pk, **by)
    held = call_meeting(federation_id=house.pk, on=today, agenda=["گزارش"], **by)
    hold_meeting(meeting_id=held.pk, present=[one.pk for one in asked[:2]], minutes="گفتهٔ نهفته", **by)
    decide(meeting_id=held.pk, title="پایان عضویت", in_favour=2, against=0, **by)
    need, capacity = world.need(2, place="nobonyad"), world.capacity(1)
    [told] = share_needs(federation_id=house.pk, need_ids=[need.pk], **by)
    take_shared(shared_id=told.pk, capacity_id=capacity.pk, quantity=1, due=today + timedelta(days=9), **by)


def _imports(world: World) -> None:
    """Records as an import leaves them; what a list stores is tried in its own tests."""
    for number, name in enumerate(("facilitator", "charity_manager", "administrator")):
        by = world[name]
        ImportRecord.objects.create(
            kind=ImportKind.ORGANISATIONS if name == "administrator" else ImportKind.NEEDS, ids=[], rows_read=3, rows_rejected=0,
            file_name=f"فهرست نهفته {number}.xlsx", sha256="0" * 64, token=f"token{number}", imported_by_id=by.membership_id,
            imported_at=NOW, organisation_id=by.organisation_id, organisation_path=by.organisation_path, place_path=by.place_path,
        )  # fmt: skip


def _name_apart() -> None:
    """Codes and names that are found nowhere by accident."""
    for number, home in enumerate(Household.objects.order_by("pk")):
        Household.objects.filter(pk=home.pk).update(code=f"HIDE{number:03}")
    for number, person in enumerate(Person.objects.order_by("pk")):
        name = word(number)
        Person.objects.filter(pk=person.pk).update(
            family_name=name, search_key=search_key(f"{person.given_name} {name}"), sort_key=name
        )


_MARKED = {
    Need: "tracking_code", **{one: "tracking_code" for one in FLOW if one.__name__ in ("Capacity", "Commitment")},
    Household: "code", Person: "family_name", Delivery: "note", Story: "title", Agreement: "title", ImportRecord: "file_name",
    PriorityOverride: "reason", Look: "reason", KeptFilter: "name", ProposedWords: "title",
    Idea: "title", Vote: "title",
    TrustedPerson: "name", SeatHolder: "name", of_federations.Meeting: "minutes",
}  # fmt: skip


def _marks(sights: Sights) -> Iterator[tuple[str, type, Any]]:
    for model, name in _MARKED.items():
        for row in sights.rows[model]:
            if not getattr(row, name):
                continue
            yield plain(str(getattr(row, name)).encode()), model, row


def today() -> date:
    return business_date(timezone.now())


# Used by name in the test of the routes.
MODELS = {one.__name__: one for one in (*RULES, Membership, Consent)}
