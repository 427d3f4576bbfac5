"""What each kind of help asks of whoever gives it, and what may be given in its place: set by administrators, read by everyone there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from peyvand.kernel.refusals import BadValue
from peyvand.resources.actions import may_put_specifications, rules_of_kind, set_kind_rules
from peyvand.resources.models import Quality, Specification, Substitute
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.rule_forms import KindForm
from peyvand.web.pages.words import listed, named


@require_safe
@open_to(may_put_specifications)
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind with its rules in words."""
    licences = {one.slug: named(one) for one in Quality.objects.all()}
    instead: dict[int, list[str]] = {}
    for one in Substitute.objects.select_related("given").order_by("given__sort_key"):
        instead.setdefault(one.asked_id, []).append(named(one.given))
    rows = []
    for kind in Specification.objects.filter(is_active=True):
        said = [licences.get(slug, slug) for slug in kind.licences]
        said += [_("same sex")] if kind.same_sex else []
        said += [_("the person goes there")] if kind.at_venue else []
        rows.append((kind, listed(*said), listed(*instead.get(kind.pk, []))))
    return render(request, "web/office/kinds.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_put_specifications)
def kind_rules(request: HttpRequest, slug: str) -> HttpResponse:
    by = acting(request)
    with scope(by):
        kind = get_object_or_404(Specification, slug=slug)
        form = KindForm(request.POST if request.method == "POST" else None, kind=kind, rules=rules_of_kind(kind))
    if request.method == "POST" and form.is_valid():
        try:
            set_kind_rules(slug=slug, rules=form.rules(), by=by, now=now())
        except BadValue as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("The rules are set. The next matching goes by them."))
            return redirect("kinds")
    context = {
        "form": form,
        "title": _("Rules of “%(kind)s”") % {"kind": named(kind)},
        "lead": _("They hold for every need and every offer of this kind, in runs and for promises made by hand."),
        "crumbs": [(_("The first day"), reverse("start")), (_("Rules of the match"), reverse("kinds"))],
        "button": _("Set the rules"),
        "back_url": reverse("kinds"),
    }
    with scope(by):
        return render(request, "web/pages/form.html", context)
