"""What a reader does first where a list is empty: the next act open to him, or who does it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.flow.capacity.permissions import may_offer_capacity
from peyvand.flow.commitment.permissions import may_run_matching, may_see_promises
from peyvand.flow.need.permissions import may_open_need, may_see_needs
from peyvand.kernel.refusals import Refusal
from peyvand.people.permissions import may_keep_households, may_manage_people
from peyvand.scope.acting import Acting, Role
from peyvand.web.lists import FirstStep

Step = Callable[[HttpRequest], FirstStep | None]
May = Callable[[Acting], Refusal | None]


def _step(*ways: tuple[May, object, str], else_: object) -> Step:
    """The first of the ways that is open to the reader; where none is, `else_` says who does it."""

    def step(request: HttpRequest) -> FirstStep:
        by: Acting = request.acting  # type: ignore[attr-defined]
        if by.role is Role.AUDITOR:
            return FirstStep(_("Take a look from outside"), reverse("journal") + "#look")
        open_ = ((label, route) for may, label, route in ways if may(by) is None)
        label, route = next(open_, (else_, ""))
        return FirstStep(label, reverse(route) if route else "")

    return step


needs = _step(
    (may_open_need, _("Record a need"), "need_new"),
    else_=_("Facilitators and social workers record what they hear."),
)
families = _step(
    (may_keep_households, _("Register a family"), "family_new"),
    else_=_("Facilitators and social workers register families."),
)
capacities = _step(
    (may_offer_capacity, _("Offer something"), "capacity_new"), else_=_("Organisations record what they can give.")
)
suggestions = _step(
    (may_run_matching, _("Run the matching"), "matching"),
    (may_see_needs, _("See the needs"), "needs"),
    else_=_("The matching is run by field leaders and officers."),
)
promises = _step(
    (may_see_promises, _("See what the matching proposes"), "suggestions"),
    else_=_("Promises are made by those who give and those who answer for a need."),
)
deliveries = _step(
    (may_see_promises, _("See the promises"), "promises"),
    else_=_("Deliveries are recorded by the two sides of a promise."),
)
people = _step(
    (may_manage_people, _("Open an account"), "account_new"), else_=_("Accounts are opened by administrators.")
)
