"""What families most often lack after something sudden."""

from peyvand.extend.programme import SpecificationUsed
from peyvand.resources.enums import Action, CbrComponent, HelpKind, Unit

USED = (
    SpecificationUsed(
        "wheelchair", "ویلچر", "Wheelchair", Unit.PIECE, Action.TRANSFER, HelpKind.RELIEF, CbrComponent.HEALTH
    ),
    SpecificationUsed(
        "home-adaptation", "مناسب‌سازی خانه", "Home adaptation", Unit.PIECE, Action.DELIVER_SERVICE, HelpKind.EMPOWERMENT,
        CbrComponent.SOCIAL,
    ),
    SpecificationUsed(
        "temporary-income", "کمک‌خرج موقت", "Temporary income", Unit.MONTH, Action.TRANSFER, HelpKind.RELIEF,
        CbrComponent.LIVELIHOOD,
    ),
    SpecificationUsed(
        "school-transport", "سرویس مدرسه", "School transport", Unit.MONTH, Action.DELIVER_SERVICE, HelpKind.EMPOWERMENT,
        CbrComponent.EDUCATION,
    ),
)  # fmt: skip


def in_language(row: object, language: str) -> str:
    """The name of a place, an organisation or a specification in the reader's language."""
    fa, en = getattr(row, "name_fa", ""), getattr(row, "name_en", "")
    return (en or fa) if language == "en" else fa
