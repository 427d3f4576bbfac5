"""Who may see what of practices: those that were done are read by everyone who works here, drafts by those who keep them."""

from datetime import timedelta
from typing import Any

from tests.people.test_least_seeing import Facts
from tests.site.listed import Below, Listed, staff
from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import kept, story
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.programmes.practices import actions, celebration_actions, handover_actions, session_actions
from peyvand.programmes.practices.enums import SHOWN
from peyvand.programmes.practices.models import (
    Celebration,
    CelebrationNeed,
    Handover,
    HandoverStep,
    HighSession,
    Nomination,
    Practice,
    ProposedWords,
    StoryPhoto,
)
from peyvand.programmes.practices.permissions import READERS
from peyvand.programmes.practices.photo_actions import NewPhoto, add_photo
from peyvand.programmes.practices.story_actions import propose_words
from peyvand.scope.acting import SYSTEM, Acting, Role, within
from peyvand.scope.database import scope


def _lay_down(world: World) -> None:
    """One of each kind of state, of two offices, and words proposed for a story that is not published."""
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    made: list[Practice] = []
    for by, place in (("field_leader", "nobonyad"), ("charity_manager", "espiari"), ("charity_manager", "espiari")):
        form = actions.Form(f"الگوی نهفته {len(made)}", "مسئله", "یک\nدو", "سه نفر", "شرط", 10**7, "فاکتور")
        items = [(world.specifications["wheelchair"], 1)]
        row = actions.write_practice(form=form, items=items, place=world.places[place], by=world[by], now=NOW)
        if len(made) < 2:
            result = actions.Result("شد", 9, "دفتر", 10**7, business_date(NOW))
            actions.publish_practice(practice_id=row.pk, result=result, by=world[by], now=NOW)
        made.append(row)
    actions.copy_practice(practice_id=made[0].pk, place=world.places["espiari"], by=world["firm_manager"], now=NOW)
    _nominate(world, made)
    with scope(SYSTEM):
        unwritten = Story.objects.get(state="draft")
    propose_words(
        story_id=unwritten.pk, title="واژهٔ نهفته", body="واژه‌هایی که هنوز از آنِ کسی نیست.", invitation="",
        reason="این‌گونه روشن‌تر است", by=world["field_leader"], now=NOW,
    )  # fmt: skip
    add_photo(story_id=unwritten.pk, photo=NewPhoto("c" * 64, 9, "عکس نهفته", 0), by=SYSTEM, now=NOW)
    _celebrate_and_hand_over(world)


def _celebrate_and_hand_over(world: World) -> None:
    """A celebration of the office, and a handover that waits for its answer."""
    words = "کاری که مردم خود می‌توانند بکنند"
    handover_actions.propose_handover(
        specification=world.specifications["tutoring"], place=world.places["espiari"],
        receiver=world.organisations["charity"], words=words, by=world["leader"], now=NOW,
    )  # fmt: skip
    met = world.need()
    world.delivered(world.agreed(met, world.capacity()))
    celebration_actions.call_celebration(
        title="جشن نهفته", venue="مدرسه", held_date=business_date(NOW) + timedelta(days=30), thanks="از همه سپاس",
        place=met.place, need_ids=[met.pk], organisation=met.organisation, by=SYSTEM, now=NOW,
    )  # fmt: skip


def _nominate(world: World, made: list[Practice]) -> None:
    leader: dict[str, Any] = {"by": world["leader"], "now": NOW}
    held = business_date(NOW) + timedelta(days=90)
    session = session_actions.call_session(
        title="نشست", host="استاندار", held_date=held, place=world.places["mz"], **leader
    )
    asked: dict[str, Any] = {"high_session_id": session.pk, "reason": "دیدنی است و شنیدنی"}
    session_actions.nominate(practice_id=made[1].pk, by=world["charity_manager"], now=NOW, **asked)
    heard = session_actions.nominate(practice_id=made[0].pk, by=world["field_leader"], now=NOW, **asked)
    session_actions.accept_nomination(nomination_id=heard.pk, **leader)


def _practice(facts: Facts, by: Acting, row: Practice) -> bool:
    return kept(facts, by, row) or (row.state in SHOWN and by.role in READERS)


def _nomination(facts: Facts, by: Acting, row: Nomination) -> bool:
    decides = by.role is Role.HQ_LEADER and kept(facts, by, row.session)
    # A practice that was withdrawn takes its nomination with it.
    seen = _practice(facts, by, row.practice)
    return seen and (kept(facts, by, row.practice) or decides or (row.state == "accepted" and by.role in READERS))


def _unseen(sights: Any, by: Acting, row: Practice, value: bool) -> bool:
    """A practice that was done, which nobody copied and which stands in no book."""
    copied = any(one.copied_from_id == row.pk for one in sights.rows[Practice])
    heard = any(one.practice_id == row.pk and one.state == "accepted" for one in sights.rows[Nomination])
    return not value or (row.state == "published" and not copied and not heard)


def _celebration(facts: Facts, by: Acting, row: Celebration) -> bool:
    here = within(row.place_path, by.place_path) and by.role in READERS
    return kept(facts, by, row) or (row.state != "called_off" and here)


def _handover(facts: Facts, by: Acting, row: Handover) -> bool:
    there = within(row.place_path, by.place_path) and within(row.receiver_path, by.organisation_path)
    return kept(facts, by, row) or (staff(by) and there) or (row.stage != "proposed" and by.role in READERS)


def _reads(by: Acting) -> bool:
    return by.role in READERS


def _in_hand(by: Acting, row: Story) -> bool:
    """A story of one's own office that is not withdrawn: what it still lacks is its own affair."""
    own = within(row.place_path, by.place_path) and within(row.organisation_path, by.organisation_path)
    return staff(by) and own and row.state != "withdrawn"


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={
        Practice: _practice,
        Nomination: _nomination,
        HighSession: lambda facts, by, row: _reads(by),
        Celebration: _celebration,
        CelebrationNeed: lambda facts, by, row: kept(facts, by, row.celebration),
        Handover: _handover,
        HandoverStep: lambda facts, by, row: _handover(facts, by, row.handover),
        ProposedWords: lambda facts, by, row: kept(facts, by, row.story),
        StoryPhoto: lambda facts, by, row: story(facts, by, row.story),
    },
    related={
        CelebrationNeed: ("celebration",), HandoverStep: ("handover",), Nomination: ("practice", "session"),
        ProposedWords: ("story",), StoryPhoto: ("story",),
    },
    marked={ProposedWords: "title", StoryPhoto: "says"},
    numbers={
        "practice_id": Practice, "high_session_id": HighSession, "nomination_id": Nomination, "words_id": ProposedWords,
        "photo_id": StoryPhoto,
        "celebration_id": Celebration, "handover_id": Handover, "receiver_id": Organisation,
    },
    meanings={"unseen": _unseen},
    lists={
        "": Listed(Practice, _reads),
        "/sessions": Listed(HighSession, _reads),
        "/celebrations": Listed(Celebration, _reads),
        "/handovers": Listed(Handover, _reads),
        "/stories": Listed(Story, staff, _in_hand),
    },
    below={"/sessions/{high_session_id}/nominations": Below(HighSession, Nomination, "session_id")},
    only={"/stories/{story_id}": _in_hand, "/{practice_id}/tree": lambda by, row: _reads(by)},
    other=frozenset({"/figures", "/week"}),
)  # fmt: skip
