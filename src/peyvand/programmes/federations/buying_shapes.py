"""The shapes of joint buying in the API. Amounts are whole rial."""

from datetime import date
from typing import Annotated, Literal

from ninja import Field, Schema

from peyvand.api.answers import Given
from peyvand.api.shapes import Day, Id, Line, OrganisationRef, Quantity, Slug, SpecificationRef, Title
from peyvand.programmes.federations.buying_rules import MOST_RIAL, MOST_STEPS
from peyvand.programmes.federations.enums import BuyState

Rial = Annotated[int, Field(ge=1, le=MOST_RIAL, description="Whole rial", examples=[850000])]
Amount = Annotated[int, Field(ge=0, le=2**31 - 1)]


class JointBuyIn(Given):
    """`opener_id`: a member you speak for, or the federation itself."""

    opener_id: Id
    specification: Slug
    details: Line = ""
    least_quantity: Quantity
    closes_date: Day


class JointBuyDayIn(Given):
    closes_date: Day


class JointBuyActIn(Given):
    act: Literal["cancel", "restore", "finish", "take_up"]


class PortionIn(Given):
    """`quantity` 0 takes it back."""

    member_id: Id
    quantity: Amount


class PriceStepIn(Given):
    from_quantity: Quantity
    unit_rial: Rial


class PriceOfferIn(Given):
    supplier: Annotated[Title, Field(max_length=120)]
    offered_date: Day
    valid_until: Day | None = None
    steps: Annotated[list[PriceStepIn], Field(min_length=1, max_length=MOST_STEPS)]
    transport_rial: Annotated[int, Field(ge=0, le=MOST_RIAL)] = 0
    note: Line = ""


class PriceOfferActIn(Given):
    act: Literal["withdraw", "restore"]


class PriceChoiceIn(Given):
    offer_id: Id
    reason: Line


class BuyPaymentIn(Given):
    amount_rial: Rial
    paid_date: Day
    note: Annotated[Line, Field(max_length=160)] = ""


class ReceivedIn(Given):
    received: Amount
    note: Line = ""


class PriceStepOut(Schema):
    from_quantity: int
    unit_rial: int


class PriceOfferOut(Schema):
    id: int
    supplier: str
    offered_date: date
    valid_until: date | None
    transport_rial: int
    note: str
    is_withdrawn: bool
    steps: list[PriceStepOut]


class PortionOut(Schema):
    """`share_rial` once an offer is chosen; `received` once the member said it."""

    id: int
    buy_id: int
    member_id: int
    organisation: OrganisationRef
    quantity: int
    share_rial: int | None
    paid_rial: int
    received: int | None


class JointBuyOut(Schema):
    id: int
    federation_id: int
    opener: OrganisationRef
    specification: SpecificationRef
    details: str
    least_quantity: int
    closes_date: date
    state: BuyState
    total: int
    takers: int
    chosen_id: int | None
    reason: str
    unit_rial: int | None
    cost_rial: int | None


class JointBuyWhole(JointBuyOut):
    """With all offers, and of the portions those of your own organisation."""

    offers: list[PriceOfferOut]
    own: list[PortionOut]


class BuyPaymentOut(Schema):
    id: int
    portion_id: int
    amount_rial: int
    paid_date: date
    is_taken_back: bool
    portion: PortionOut
