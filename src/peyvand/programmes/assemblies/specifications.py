"""What a plan of a neighbourhood most often asks for."""

from peyvand.extend.programme import SpecificationUsed
from peyvand.resources.enums import Action, CbrComponent, HelpKind, Unit

USED = (
    SpecificationUsed(
        "public-works", "کار عمرانی محله", "Public works", Unit.DAY, Action.WORK, HelpKind.EMPOWERMENT, CbrComponent.SOCIAL
    ),
    SpecificationUsed(
        "street-furniture", "وسایل فضای عمومی", "Equipment of public space", Unit.PIECE, Action.TRANSFER,
        HelpKind.EMPOWERMENT, CbrComponent.SOCIAL,
    ),
    SpecificationUsed(
        "public-access", "مناسب‌سازی معبر", "Access for all in public space", Unit.PIECE, Action.DELIVER_SERVICE,
        HelpKind.EMPOWERMENT, CbrComponent.SOCIAL,
    ),
)  # fmt: skip
