"""What a family refuses: recorded on its page by those who have the task with it, and taken back there."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from peyvand.flow.commitment.refusing import accept_providers
from peyvand.people.permissions import may_keep_households
from peyvand.scope.database import scope
from peyvand.web import bulk
from peyvand.web.pages.access import acting, now, open_to
from peyvand.web.pages.acts import act
from peyvand.web.pages.families import family_url, said_back
from peyvand.web.pages.family_forms import RefuseForm


@require_POST
@open_to(may_keep_households)
def provider_refuse(request: HttpRequest, household_id: int) -> HttpResponse:
    by = acting(request)
    with scope(by):
        form = RefuseForm(request.POST)
        answer = said_back(request, form, household_id)
    if answer:
        return answer
    chosen = form.cleaned_data["organisation"].pk
    return bulk.do_one(request, "refuse_provider", household_id, to=family_url(household_id), organisation=str(chosen))


@require_POST
@open_to(may_keep_households)
def provider_accept(request: HttpRequest, household_id: int, refused_id: int) -> HttpResponse:
    return act(
        request,
        lambda: accept_providers(refused={refused_id: ()}, by=acting(request), now=now()),
        _("The refusal was taken back: this provider can be proposed to the family again."),
        family_url(household_id),
    )
