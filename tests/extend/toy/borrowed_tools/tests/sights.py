"""Who may see a loan: whoever may see the need it stands beside."""

from peyvand.programmes.borrowed_tools.models import Loan
from tests.site.programme_sights import ProgrammeSights
from tests.world import World

from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def _lay_down(world: World) -> None:
    need = world.need(1)
    with scope(SYSTEM):
        Loan.objects.create(need=need, tool="drill")


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={Loan: lambda facts, by, row: facts.need(by, row.need)},
    related={Loan: ("need",)},
    marked={Loan: "tool"},
)
