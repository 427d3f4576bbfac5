"""The forms of the page of people."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.people.enums import MemberRole
from peyvand.people.models import Organisation
from peyvand.people.permissions import grantable_roles
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import FoundChoice, FoundPlace

_AREAS = (PlaceKind.COUNTRY, PlaceKind.PROVINCE, PlaceKind.COUNTY, PlaceKind.CITY, PlaceKind.NEIGHBOURHOOD)


def areas(by: Acting) -> QuerySet[Place]:
    return Place.objects.filter(in_area(by, "path"), kind__in=_AREAS).select_related("parent").order_by("path")


def organisations(by: Acting) -> QuerySet[Organisation]:
    """An administrator serves every organisation of his area, a manager his own."""
    if by.role is Role.ADMINISTRATOR:
        return Organisation.objects.filter(in_area(by, "place__path"), is_active=True)
    return Organisation.objects.filter(below(by.organisation_path, "path"), is_active=True)


class RoleForm(Form):
    role = forms.ChoiceField(label=_("Role"))
    place = FoundPlace(label=_("Area"), empty_label=_("Choose the area"))
    organisation = FoundChoice(label=_("Organisation"), empty_label=_("Choose the organisation"))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        roles = grantable_roles(by)
        self.fields["role"].choices = [one for one in MemberRole.choices if Role(one[0]) in roles]  # type: ignore[attr-defined]
        self.fields["place"].offer(areas(by))  # type: ignore[attr-defined]
        self.fields["organisation"].offer(organisations(by))  # type: ignore[attr-defined]

    def clean_role(self) -> MemberRole:
        return MemberRole(self.cleaned_data["role"])


class AccountForm(RoleForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    username = forms.RegexField(
        label=_("User name"),
        regex=r"^[A-Za-z0-9._-]{3,60}$",
        help_text=_("Latin letters, digits, dot and dash; it is used for signing in."),
        error_messages={"invalid": _("Write at least three Latin letters or digits, without a space.")},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none", "class": "short"}),
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    field_order = ("name", "username", "role", "place", "organisation")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("once", str(uuid4()))


class PeopleFilters(Filters):
    searched = ("account__search_key",)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *MemberRole.choices])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["q"].label = _("Name or user name")
