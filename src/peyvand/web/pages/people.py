"""Accounts and roles of one's own area: open, grant, end, and hand over a code on paper."""

import base64
import io
from datetime import timedelta

import qrcode
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from qrcode.image.svg import SvgPathImage

from peyvand.journal.once import once
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.accounts import enrol, grant_membership, issue_sign_in_code
from peyvand.people.models import Membership
from peyvand.people.permissions import may_grant_membership, may_hand_code, may_manage_people
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area, only
from peyvand.scope.database import scope
from peyvand.web import bulk, notices
from peyvand.web.exports import export, exportable
from peyvand.web.kept import finds_people
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import first_steps, words
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.people_forms import AccountForm, PeopleFilters, RoleForm
from peyvand.web.templatetags.peyvand_format import digits

CODE_LASTS = timedelta(hours=24)

SPEC = ListSpec(
    name="people",
    first_step=first_steps.people,
    acts=bulk.offered_on("people"),
    title=gettext_lazy("People and roles"),
    columns=(
        Column(
            "name", gettext_lazy("Name"), value="account.name", link=lambda row: reverse("role_give", args=[row.pk])
        ),
        Column("username", gettext_lazy("User name"), value="account.username", kind="code"),
        Column("role", gettext_lazy("Role"), value=lambda row: row.get_role_display()),
        Column("place", gettext_lazy("Area"), value=lambda row: words.named(row.place)),
        Column("organisation", gettext_lazy("Organisation"), value=lambda row: words.named(row.organisation)),
        Column("since", gettext_lazy("Since"), kind="date", sort="since"),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda row: Badge(_("In force"), "going") if not row.until else Badge(_("Ended"), "stopped"),
            kind="badge",
        ),
    ),
    default_sort="-since",
    filters=PeopleFilters,
    empty_title=gettext_lazy("Nobody has a role here yet"),
    empty_text=gettext_lazy("Open the first account; its code is handed over on paper."),
)


def memberships_of_area(by: Acting) -> QuerySet[Membership]:
    """The roles an administrator keeps in his area, or a manager in his organisation and area."""
    rows = Membership.objects.filter(in_area(by, "place__path")).select_related("account", "place", "organisation")
    rows = rows.defer("place__boundary")
    return rows if by.role is Role.ADMINISTRATOR else rows.filter(below(by.organisation_path, "organisation__path"))


def _membership(by: Acting, membership_id: int) -> Membership:
    return only(memberships_of_area(by).filter(pk=membership_id))


@finds_people
@exportable
@require_safe
@open_to(may_manage_people)
def people(request: HttpRequest) -> HttpResponseBase:
    rows = memberships_of_area(acting(request))
    context = {"page": list_page(request, SPEC, rows)}
    return export(request, SPEC, rows) or render(request, "web/pages/people.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_manage_people)
def person_new(request: HttpRequest) -> HttpResponse:
    by, at = acting(request), now()
    with scope(by):
        form = AccountForm(request.POST or None, by=by)
        valid = request.method == "POST" and form.is_valid()
    if valid:
        asked = dict(form.cleaned_data)
        key, body = asked.pop("once"), {name: str(getattr(value, "pk", value)) for name, value in asked.items()}
        try:
            made, _repeated = once(
                key=key, body=body, by=by, now=at, run=lambda: enrol(by=by, now=at, **asked).pk
            )  # fmt: skip
        except NotPermitted:
            raise
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("The account was opened. Hand over a code, so that the person can sign in."))
            return redirect("role_give", made)
    with scope(by):
        return render(request, "web/pages/person_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_manage_people)
def role_give(request: HttpRequest, membership_id: int) -> HttpResponse:
    """The page of one person as seen through one of the roles; its form gives another role."""
    by = acting(request)
    with scope(by):
        shown = _membership(by, membership_id)
        form = RoleForm(request.POST or None, by=by)
        valid = request.method == "POST" and form.is_valid()
    if valid:
        try:
            grant_membership(account=shown.account, by=by, now=now(), **form.cleaned_data)
        except NotPermitted:
            raise
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("The role was given."))
            return redirect("role_give", membership_id)
    with scope(by):
        return render(request, "web/pages/person.html", _person_context(by, shown, form))


def _person_context(by: Acting, shown: Membership, form: RoleForm) -> dict[str, object]:
    today = business_date(now())
    own = memberships_of_area(by).filter(account=shown.account).order_by("pk")
    rows = []
    for one in own:
        about = {"role": one.role, "place_path": one.place.path, "organisation_path": one.organisation.path}
        may_end = one.until is None and one.pk != by.membership_id and may_grant_membership(by, **about) is None
        in_force = one.until is None or one.until >= today
        rows.append(
            {
                "membership": one,
                "in_force": in_force,
                "may_end": may_end,
                "no_code": may_hand_code(by, **about) if in_force and one.pk != by.membership_id else None,
                "may_code": in_force and one.pk != by.membership_id,
            }
        )
    return {"shown": shown, "roles": rows, "form": form, "code_hours": int(CODE_LASTS.total_seconds() // 3600)}


@require_POST
@open_to(may_manage_people)
def role_end(request: HttpRequest, membership_id: int) -> HttpResponse:
    by = acting(request)
    with scope(by):
        _membership(by, membership_id)
    return bulk.do_one(request, "end_roles", membership_id, to=reverse("role_give", args=[membership_id]))


@never_cache
@require_POST
@open_to(may_manage_people)
def code_issue(request: HttpRequest, membership_id: int) -> HttpResponse:
    """The slip is the answer itself: the code stands in no address, no session and no table."""
    by, at = acting(request), now()
    with scope(by):
        shown = _membership(by, membership_id)
    forget = request.POST.get("forget") == "yes"
    code = issue_sign_in_code(membership=shown, valid_for=CODE_LASTS, forget_password=forget, by=by, now=at)
    with scope(by):
        return slip(request, shown, code, shown.account.name, reverse("role_give", args=[shown.pk]))


def slip(request: HttpRequest, membership: Membership, code: str, whose: str, done_url: str) -> HttpResponse:
    """The paper with a code and its link; rendered inside the scope."""
    group = next(size for size in (5, 4, len(code)) if len(code) % size == 0)
    context = {
        "shown": membership,
        "whose": whose,
        "done_url": done_url,
        "code": digits(" ".join(code[at : at + group] for at in range(0, len(code), group))),
        "picture": _picture(request.build_absolute_uri(reverse("enter_link", args=[code]))),
        "enter_url": request.build_absolute_uri(reverse("enter")),
        "until": now() + CODE_LASTS,
    }
    return render(request, "web/pages/slip.html", context)


def _picture(link: str) -> str:
    """The link as a picture for a telephone's camera."""
    out = io.BytesIO()
    qrcode.make(link, image_factory=SvgPathImage, border=1).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
