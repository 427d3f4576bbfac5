"""What places often lack that a visit hears of: examples to begin with, not an official list."""

from peyvand.extend.programme import SpecificationUsed
from peyvand.resources.enums import Action, CbrComponent, HelpKind, Unit

USED = (
    SpecificationUsed(
        "health-visit", "ویزیت پزشک در محل", "Doctor’s visit on the spot", Unit.SESSION, Action.DELIVER_SERVICE, HelpKind.EMPOWERMENT,
        CbrComponent.HEALTH,
    ),
    SpecificationUsed(
        "safe-water", "آب سالم", "Safe water", Unit.PIECE, Action.TRANSFER, HelpKind.RELIEF, CbrComponent.HEALTH
    ),
    SpecificationUsed(
        "school-transport", "سرویس مدرسه", "School transport", Unit.MONTH, Action.DELIVER_SERVICE, HelpKind.EMPOWERMENT,
        CbrComponent.EDUCATION,
    ),
    SpecificationUsed(
        "legal-advice", "مشاورهٔ حقوقی", "Legal advice", Unit.SESSION, Action.DELIVER_SERVICE, HelpKind.EMPOWERMENT, CbrComponent.SOCIAL
    ),
)  # fmt: skip
