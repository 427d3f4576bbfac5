"""Who may see what of proposals: they and drafts are public to the last word, and name nobody."""

from datetime import timedelta

from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import everyone
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.programmes.proposals.actions import SLUG, NewProposal, write_proposal
from peyvand.programmes.proposals.consulting_actions import open_consultation
from peyvand.programmes.proposals.models import Answer, Comment, Consultation, Paragraph, Proposal, Statement, Theme
from peyvand.scope.acting import SYSTEM


def _lay_down(world: World) -> None:
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    write_proposal(
        row=NewProposal("رمپ بانک", "پلهٔ بانک‌ها", "بازدید شعبه‌ها"), by=world["facilitator"], now=NOW
    )  # fmt: skip
    open_consultation(
        title="آیین‌نامهٔ همکاری", intro="", paragraphs=["بند نخست"], statements=["پاسخ‌ها دیدنی باشد."],
        opens=business_date(NOW), closes=business_date(NOW), by=world["leader"], now=NOW,
    )  # fmt: skip


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules=dict.fromkeys((Proposal, Theme, Answer, Consultation, Paragraph, Statement, Comment), everyone),
    numbers={
        "proposal_id": Proposal, "into_id": Proposal, "theme_id": Theme, "answer_id": Answer, "body_id": Organisation,
        "consultation_id": Consultation, "paragraph_id": Paragraph, "statement_id": Statement, "comment_id": Comment,
    },
    other=frozenset(
        {"", "/count", "/like", "/news", "/themes", "/bodies", "/holidays", "/figures", "/consultations", "/comments"}
    ),
)  # fmt: skip
