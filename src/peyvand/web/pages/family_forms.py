"""The forms of the pages of families."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.kernel import slips
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.kernel.text import latin_digits
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, MemberRole, Severity, Sex
from peyvand.people.households import NewHousehold, NewPerson
from peyvand.people.models import Membership, Organisation, Person, Task
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import acting_now
from peyvand.web.fields import MobileField, NationalIdField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages import access
from peyvand.web.pages.choices import FoundChoice
from peyvand.web.pages.need_forms import PlaceChoice, PlaceFilter, homes, in_chosen
from peyvand.web.search import exactly, nearly, starting


class FamilyFilters(Filters):
    searched = ("code",)
    place = PlaceFilter(label=_("Place"))
    mine = forms.BooleanField(label=_("Only families I have a task with"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.named: dict[bool, set[int]] = {}
        self.fields["q"].label = _("Code, or a name you may see")
        self.fields["place"].offer(acting_now())  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet) -> QuerySet:
        self.is_valid()
        mine, place = self.cleaned_data.pop("mine", False), self.cleaned_data.pop("place", None)
        rows = rows.filter(in_chosen(place)) if place else rows
        if any(value not in (None, "") for value in self.cleaned_data.values()):
            rows = super().narrow(rows)
            self.cleaned_data.pop("mine", None)
        by = acting_now()
        if mine and by:
            rows = rows.filter(tasks__membership_id=by.membership_id, tasks__until__isnull=True)
        self.cleaned_data |= {"mine": mine or "", "place": place}
        return rows

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """By the first signs of the code, and by name among the families this reader has a task with: no other names are seen."""
        return rows.filter(_by_code(text) | Q(pk__in=self._homes(text)[True]))

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        """By names one slip away, among the same families; never by a code, which is another family's as soon as it is wrong."""
        homes = self._homes(text)
        return rows.filter(pk__in=homes[False] - homes[True]).exclude(_by_code(text))

    def _homes(self, text: str) -> dict[bool, set[int]]:
        """The families in which somebody is called so (True), or nearly so (False), of those whose names this reader sees.

        Said with his tasks first: row security asks the same of each person, one by one. Read once for both.
        """
        if not self.named:
            by, keys = acting_now(), ("search_key",)
            tasks = Task.objects.filter(membership_id=by.membership_id if by else 0, until__isnull=True)
            persons = Person.objects.filter(nearly(text, keys), household__in=tasks.values("household"), erased_at=None)
            found = persons.order_by().annotate(is_exact=ExpressionWrapper(exactly(text, keys), BooleanField()))
            pairs = list(found.values_list("is_exact", "household")) if slips.words(text) else []
            self.named |= {exact: {home for one, home in pairs if one is exact} for exact in (True, False)}
        return self.named


def _by_code(text: str) -> Q:
    code = latin_digits(text).replace("-", "").strip()
    return starting("code", text) | starting("code", code or text)


class PersonForm(Form):
    given_name = forms.CharField(label=_("Given name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[("", _("Not said")), *Sex.choices])
    birth_year = QuantityField(label=_("Year of birth"), required=False, least=1280, help_text=_("Such as 1362"))
    mobile = MobileField(label=_("Mobile number"), required=False)
    national_id = NationalIdField(
        label=_("National ID"), required=False, help_text=_("Not required; kept encrypted and shown on request only.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["birth_year"].most = JalaliMonth.of(business_date(access.now())).year  # type: ignore[attr-defined]
        self.fields["birth_year"].prepare_value = _ungrouped  # type: ignore[method-assign]

    def person(self, *, is_head: bool) -> NewPerson:
        asked = self.cleaned_data
        return NewPerson(
            asked["given_name"],
            asked["family_name"],
            is_head=is_head,
            sex=asked["sex"],
            birth_year=asked["birth_year"],
            national_id=asked["national_id"],
            mobile=asked["mobile"],
        )


def _ungrouped(value: Any) -> Any:
    """A year is not written in groups of three."""
    return value


class FamilyForm(PersonForm):
    code = forms.CharField(
        label=_("Code of the family file"),
        required=False,
        max_length=30,
        help_text=_("The number your office gives the file. Left empty, the site gives one."),
    )
    place = PlaceChoice(
        label=_("Neighbourhood"), queryset=Place.objects.none(), empty_label=_("Choose the neighbourhood")
    )
    size = QuantityField(label=_("Members of the family"), initial=1, most=30)
    woman_head = forms.BooleanField(label=_("A woman heads the family"), required=False)
    address = forms.CharField(
        label=_("Address"), required=False, max_length=300, help_text=_("Kept encrypted and shown on request only.")
    )
    consent = forms.BooleanField(label=_("The family agrees that this file is kept"))
    way = forms.ChoiceField(label=_("How the consent was given"), choices=ConsentWay.choices)
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    field_order = ("code", "place", "size", "woman_head", "address", "given_name", "family_name")

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].queryset = homes(by)  # type: ignore[attr-defined]
        self.fields["consent"].error_messages["required"] = _("A file is kept only with the family's consent.")
        self.initial.setdefault("once", str(uuid4()))

    def clean_code(self) -> str:
        return latin_digits(self.cleaned_data["code"]).strip()

    def household(self, code: str) -> NewHousehold:
        asked = self.cleaned_data
        return NewHousehold(
            code=asked["code"] or code,
            place=asked["place"],
            size=asked["size"],
            woman_head=asked["woman_head"],
            address=asked["address"],
            persons=(self.person(is_head=True),),
        )


class ConsentForm(Form):
    purpose = forms.ChoiceField(label=_("For what"), choices=ConsentPurpose.choices)
    given_by = forms.ChoiceField(label=_("Given by"), choices=ConsentGiver.choices)
    way = forms.ChoiceField(label=_("How"), choices=ConsentWay.choices)


class DisabilityForm(Form):
    disability = forms.ChoiceField(label=_("Kind of disability"), choices=DisabilityKind.choices)
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("Not said")), *Severity.choices])


class WorkerChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Membership) -> str:
        return f"{row.account.name} — {row.get_role_display()}"


class TaskForm(Form):
    membership = WorkerChoice(
        label=_("Who works with this family"),
        queryset=Membership.objects.none(),
        empty_label=_("Choose a colleague"),
    )

    def __init__(self, *args: Any, by: Acting, household_id: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.household_id = household_id
        workers = (
            MemberRole.FACILITATOR,
            MemberRole.SOCIAL_WORKER,
            MemberRole.FIELD_LEADER,
            MemberRole.ORGANISATION_MANAGER,
        )
        today = business_date(access.now())
        rows = Membership.objects.filter(
            Q(until__isnull=True) | Q(until__gte=today),
            below(by.organisation_path, "organisation__path"),
            role__in=workers,
        )
        self.fields["membership"].queryset = rows.select_related("account").order_by("account__name")  # type: ignore[attr-defined]

    def clean_membership(self) -> Membership:
        worker: Membership = self.cleaned_data["membership"]
        if Task.objects.filter(household_id=self.household_id, membership=worker, until__isnull=True).exists():
            raise forms.ValidationError(_("This colleague has the task already."))
        return worker


class RefuseForm(Form):
    organisation = FoundChoice(label=_("A provider the family does not want"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].offer(Organisation.objects.filter(is_active=True))  # type: ignore[attr-defined]
