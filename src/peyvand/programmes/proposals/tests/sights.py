"""Who may see what of proposals: they and drafts are public to the last word, and name nobody."""

from datetime import timedelta

from tests.people.test_least_seeing import Facts
from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import everyone
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.programmes.proposals.actions import SLUG, NewProposal, write_proposal
from peyvand.programmes.proposals.answering_actions import Said, answer_proposal, route_proposals
from peyvand.programmes.proposals.consulting_actions import open_consultation
from peyvand.programmes.proposals.enums import Decision
from peyvand.programmes.proposals.models import (
    Answer,
    Comment,
    Consultation,
    OwnWords,
    Paragraph,
    Proposal,
    Statement,
    Theme,
)
from peyvand.programmes.proposals.settling_actions import group_proposals
from peyvand.programmes.proposals.speaking_actions import ChoosingTerms, open_choosing, stand
from peyvand.programmes.proposals.speaking_models import Candidate, CandidateName, Choosing
from peyvand.scope.acting import SYSTEM, Acting, Role, within


def _lay_down(world: World) -> None:
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    row = write_proposal(
        row=NewProposal("رمپ بانک", "پلهٔ بانک‌ها", "بازدید شعبه‌ها"), by=world["facilitator"], now=NOW
    )  # fmt: skip
    like = NewProposal("رمپ بانک‌ها", "پلهٔ بانک", "بازدید شعبه")
    write_proposal(row=like, anyway=True, by=world["charity_manager"], now=NOW)
    group_proposals(by=SYSTEM, now=NOW)
    route_proposals(proposal_ids=[row.pk], body_id=world.organisations["office"].pk, by=world["leader"], now=NOW)
    said = Said(Decision.ACCEPTED, "پذیرفته شد و امسال انجام می‌شود.", None, {row.pk: "سخنی تنها با نویسنده"})
    answer_proposal(proposal_id=row.pk, said=said, by=world["officer"], now=NOW)
    _speakers(row.pk, world)
    open_consultation(
        title="آیین‌نامهٔ همکاری", intro="", paragraphs=["بند نخست"], statements=["پاسخ‌ها دیدنی باشد."],
        opens=business_date(NOW), closes=business_date(NOW), by=world["leader"], now=NOW,
    )  # fmt: skip


def _speakers(proposal_id: int, world: World) -> None:
    """A choosing in which the one author stands, names hidden from everyone else."""
    theme_id = Proposal.objects.get(pk=proposal_id).theme_id
    assert theme_id is not None
    choosing = open_choosing(
        theme_id=theme_id, terms=ChoosingTerms(business_date(NOW) + timedelta(days=3)), by=world["facilitator"], now=NOW
    )
    stand(choosing_id=choosing.pk, name="نامزد نهفته", text="از سوی همه سخن می‌گویم.", by=world["facilitator"], now=NOW)


def _candidate_name(facts: Facts, by: Acting, row: CandidateName) -> bool:
    """Authors of the theme, those who speak for a body in charge there, and everyone where its owner said so."""
    speaks = by.role in (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
    for one in Proposal.objects.filter(theme=row.candidate.theme).exclude(state="withdrawn"):
        if 0 < by.account_id == one.author_id:
            return True
        if speaks and one.body_path and within(one.body_path, by.organisation_path):
            return True
    return row.is_public


def _own_words(facts: Facts, by: Acting, row: OwnWords) -> bool:
    """Its author's, and of those who speak for the body that said it."""
    speaks = by.role in (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
    author = 0 < by.account_id == row.reply.proposal.author_id
    return author or (speaks and within(row.reply.answer.body.path, by.organisation_path))


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={
        **dict.fromkeys((Proposal, Theme, Answer, Consultation, Paragraph, Statement, Comment, Choosing, Candidate), everyone),
        CandidateName: _candidate_name,
        OwnWords: _own_words,
    },
    related={OwnWords: ("reply__proposal", "reply__answer__body"), CandidateName: ("candidate__theme",)},
    marked={OwnWords: "text"},
    numbers={
        "proposal_id": Proposal, "into_id": Proposal, "merged_into_id": Proposal, "theme_id": Theme, "answer_id": Answer,
        "body_id": Organisation,
        "consultation_id": Consultation, "paragraph_id": Paragraph, "statement_id": Statement, "comment_id": Comment,
        "choosing_id": Choosing, "candidate_id": Candidate,
    },
    texts={"act": ["choose", "stand", "voice", "speak", "back"]},
    only={
        "/{proposal_id}/receipt": lambda by, row: 0 < by.account_id == row.author_id,
        "/themes/{theme_id}/speakers": lambda by, row: True,
    },
    other=frozenset(
        {
            "", "/count", "/like", "/news", "/news/count", "/themes", "/bodies", "/holidays", "/terms", "/figures",
            "/consultations", "/comments",
        }
    ),
)  # fmt: skip
