"""What is done on the page of a family file: consents, disabilities, tasks, refused providers, a sign-in, erasure.

A form that cannot be taken comes back on that page as it was filled in.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from peyvand.flow.commitment.refusing import accept_providers
from peyvand.flow.erasure import erase_person
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind
from peyvand.people.households import end_task, give_consent, give_task, record_disability, withdraw_consent
from peyvand.people.models import Person
from peyvand.people.permissions import may_give_task, may_keep_households
from peyvand.people.residents import give_sign_in
from peyvand.scope.database import scope
from peyvand.web import bulk
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, now, open_to
from peyvand.web.pages.acts import act, answered, taken
from peyvand.web.pages.families import family_url, form_of, page_of
from peyvand.web.pages.family_forms import RefuseForm, TaskForm
from peyvand.web.pages.people import CODE_LASTS, slip


def _taken(
    request: HttpRequest, household_id: int, name: str, form: Form, run: Callable[[], object], said: str, **fields: str
) -> HttpResponse:
    """What a form of the page asks; `name` is where the page has it."""

    def again(status: int) -> HttpResponse:
        return page_of(request, household_id, sent={name: form}, status=status)

    return taken(request, form, run, said, family_url(household_id), again, **fields)


@require_POST
@open_to(may_keep_households)
def consent_give(request: HttpRequest, household_id: int, person_id: int) -> HttpResponse:
    form = form_of("consent", person_id, request.POST)

    def run() -> None:
        asked = form.cleaned_data
        give_consent(
            person_id=person_id, purpose=ConsentPurpose(asked["purpose"]), given_by=ConsentGiver(asked["given_by"]),
            way=ConsentWay(asked["way"]), by=acting(request), now=now(),
        )  # fmt: skip

    return _taken(request, household_id, f"consent-{person_id}", form, run, _("The consent was recorded."))


@require_POST
@open_to(may_keep_households)
def consent_withdraw(request: HttpRequest, household_id: int, consent_id: int) -> HttpResponse:
    return act(
        request,
        lambda: withdraw_consent(consent_id=consent_id, by=acting(request), now=now()),
        _("The consent was withdrawn, and what was kept under it was removed."),
        family_url(household_id),
    )


@require_POST
@open_to(may_keep_households)
def disability(request: HttpRequest, household_id: int, person_id: int) -> HttpResponse:
    form = form_of("disability", person_id, request.POST)

    def run() -> None:
        asked = form.cleaned_data
        record_disability(
            person_id=person_id, disability=DisabilityKind(asked["disability"]), severity=asked["severity"],
            by=acting(request), now=now(),
        )  # fmt: skip

    said = _("It was recorded under the person's consent.")
    return _taken(request, household_id, f"disability-{person_id}", form, run, said, no_consent="disability")


@require_POST
@open_to(may_keep_households)
def person_erase(request: HttpRequest, household_id: int, person_id: int) -> HttpResponse:
    return act(
        request,
        lambda: erase_person(person_id=person_id, by=acting(request), now=now()),
        _("Everything that names this person was removed."),
        family_url(household_id),
    )


@never_cache
@require_POST
@open_to(may_keep_households)
def sign_in_give(request: HttpRequest, household_id: int, person_id: int) -> HttpResponse:
    """A resident's own way in; as every slip, the answer itself and nowhere else."""
    by = acting(request)
    role, code = give_sign_in(person_id=person_id, valid_for=CODE_LASTS, by=by, now=now())
    with scope(by):
        return slip(request, role, code, str(Person.objects.get(pk=person_id)), family_url(household_id))


@require_POST
@open_to(may_give_task)
def task_give(request: HttpRequest, household_id: int) -> HttpResponse:
    by = acting(request)
    with scope(by):
        form = TaskForm(request.POST, by=by, household_id=household_id)
        form.is_valid()  # which reads the colleague

    def run() -> None:
        give_task(household_id=household_id, membership=form.cleaned_data["membership"], by=by, now=now())

    said = _("The task was given: this colleague sees the names of the family now.")
    return _taken(request, household_id, "task", form, run, said, already_there="membership")


@require_POST
@open_to(may_give_task)
def task_end(request: HttpRequest, household_id: int, task_id: int) -> HttpResponse:
    return act(
        request,
        lambda: end_task(task_id=task_id, by=acting(request), now=now()),
        _("The task was ended."),
        family_url(household_id),
    )


@require_POST
@open_to(may_keep_households)
def provider_refuse(request: HttpRequest, household_id: int) -> HttpResponse:
    """From now on nothing of this provider is proposed or promised to the family; the next page offers to take it back."""
    to = family_url(household_id)
    with scope(acting(request)):
        form = RefuseForm(request.POST)
        form.is_valid()  # reads the provider

    def run() -> HttpResponse:
        chosen = str(form.cleaned_data["organisation"].pk)
        bulk.done(request, "refuse_provider", [household_id], to=to, organisation=chosen)
        return redirect(to)

    def again(status: int) -> HttpResponse:
        return page_of(request, household_id, sent={"refuse": form}, status=status)

    return answered(request, form, run, again, already_there="organisation")


@require_POST
@open_to(may_keep_households)
def provider_accept(request: HttpRequest, household_id: int, refused_id: int) -> HttpResponse:
    return act(
        request,
        lambda: accept_providers(refused={refused_id: ()}, by=acting(request), now=now()),
        _("The refusal was taken back: this provider can be proposed to the family again."),
        family_url(household_id),
    )
