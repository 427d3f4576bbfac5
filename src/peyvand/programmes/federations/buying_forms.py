"""The forms of joint buying."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.quantities import RIAL_PER_TOMAN
from peyvand.people.models import Organisation
from peyvand.programmes.federations import buying_queries as queries
from peyvand.programmes.federations.buying_models import PriceOffer
from peyvand.programmes.federations.buying_rules import MOST_RIAL, MOST_STEPS, cost_at
from peyvand.programmes.federations.enums import BuyState
from peyvand.programmes.federations.forms import Named
from peyvand.programmes.federations.models import Member
from peyvand.programmes.federations.permissions import may_keep
from peyvand.web.doing import ActForm
from peyvand.web.fields import JalaliDateField, QuantityField, TomanField
from peyvand.web.pages.choices import KindField, KindFilters
from peyvand.web.pages.words import listed
from peyvand.web.templatetags.peyvand_format import number
from peyvand.web.templatetags.peyvand_format import unit as unit_of
from peyvand.web.templatetags.peyvand_money import rial


class BuyFilters(KindFilters):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *BuyState.choices])


class _Offers(forms.ModelChoiceField):
    """Offers with what everything would cost; `costs` by id, None where a supplier gives no price for so many."""

    widget = forms.RadioSelect
    costs: dict[int, int | None] = {}

    def label_from_instance(self, obj: PriceOffer) -> str:
        cost = self.costs.get(obj.pk)
        return listed(obj.supplier, rial(cost) if cost is not None else gettext("no price for this quantity"))


class OpenBuyForm(ActForm):
    opener = Named(label=_("Opened by"), queryset=Organisation.objects.none(), empty_label=None)
    kind = KindField(label=_("What is bought"))
    details = forms.CharField(
        label=_("Which sort exactly"), max_length=300, required=False,
        help_text=_("Quality, size, packing: so that all mean the same, and suppliers know what to offer."),
    )  # fmt: skip
    least = QuantityField(label=_("Least quantity, all members together"), help_text=_("Below it nothing is bought."))
    closes = JalaliDateField(label=_("Until which day members say how much"))

    def prepare(self) -> None:
        """The members the actor speaks for, and the federation where he keeps its papers."""
        houses = list(queries.speaking_members(self.by, self.of.pk).values_list("organisation_id", flat=True))
        if may_keep(self.by, self.of) is None:
            houses.append(self.of.pk)
        rows = Organisation.objects.filter(pk__in=houses).order_by("sort_key", "pk")
        self.fields["opener"].queryset = rows  # type: ignore[attr-defined]


class PortionForm(ActForm):
    member = Named(label=_("For which member"), queryset=Member.objects.none(), empty_label=None)
    quantity = QuantityField(label=_("How much your organisation takes"), least=0, help_text=_("0 takes it back."))

    def prepare(self) -> None:
        self.fields["member"].queryset = queries.speaking_members(self.by, self.of.federation_id)  # type: ignore[attr-defined]
        self.fields["quantity"].unit = unit_of(self.of.specification.unit)  # type: ignore[attr-defined]


class ClosingForm(ActForm):
    closes = JalaliDateField(label=_("Until which day members say how much"))


class OfferForm(ActForm):
    supplier = forms.CharField(label=_("Supplier"), max_length=120)
    offered = JalaliDateField(label=_("Offered on"))
    valid_until = JalaliDateField(label=_("Valid until"), required=False)
    steps = forms.CharField(
        label=_("Prices by quantity, in toman for one unit"), widget=forms.Textarea, max_length=600,
        help_text=_("One line a step: from how many on, a colon, the price. Such as 1: 85000 and, on the next line, 200: 79000"),
    )  # fmt: skip
    transport = TomanField(
        label=_("Transport, once for everything"), least=0, initial=0,
        help_text=_("Divided by quantity; what cannot be divided goes rial by rial to the largest remainders."),
    )  # fmt: skip
    note = forms.CharField(label=_("In a sentence"), max_length=300, required=False)

    def clean_steps(self) -> list[tuple[int, int]]:
        lines = [line for line in self.cleaned_data["steps"].splitlines() if line.strip()]
        found = [_step(line, at) for at, line in enumerate(lines, 1)]
        if len(found) > MOST_STEPS or len({count for count, _price in found}) < len(found):
            raise forms.ValidationError(_("Write one to twelve steps, each from another quantity."))
        return found


def _step(line: str, at: int) -> tuple[int, int]:
    """A step of a line «۲۰۰: ۷۹٬۰۰۰» (toman), in rial."""
    count, _colon, price = line.partition(":")
    try:
        return QuantityField().clean(count), cast(int, TomanField(most=MOST_RIAL // RIAL_PER_TOMAN).clean(price))
    except forms.ValidationError:
        said = {"line": number(at)}
        raise forms.ValidationError(
            _("Line %(line)s is not “quantity: price”, such as 200: 79000."), params=said
        ) from None


class ChooseForm(ActForm):
    offer = _Offers(label=_("Which offer"), queryset=PriceOffer.objects.none(), empty_label=None)
    reason = forms.CharField(
        label=_("Why this one? The members read it"), widget=forms.Textarea, max_length=500,
    )  # fmt: skip

    def prepare(self) -> None:
        offers = queries.standing_offers(self.of, self.today)
        field: Any = self.fields["offer"]
        steps = queries.steps_by_offer(self.of)
        field.costs = {one.pk: cost_at(steps[one.pk], one.transport_rial, self.of.total) for one in offers}
        field.queryset = offers


class ReceivedForm(ActForm):
    received = QuantityField(label=_("How much arrived"), least=0)
    note = forms.CharField(label=_("In a sentence"), max_length=300, required=False)

    def prepare(self) -> None:
        self.fields["received"].unit = unit_of(self.of.buy.specification.unit)  # type: ignore[attr-defined]


class PaymentForm(ActForm):
    amount = QuantityField(label=_("How much arrived"), unit=_("rial"), most=2**53)
    paid = JalaliDateField(label=_("On which day"))
    note = forms.CharField(label=_("Number of the receipt, or a word"), max_length=160, required=False)
