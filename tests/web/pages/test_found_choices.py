"""A row among many is found by a part of its name, where a select box would be a megabyte."""

import pytest
from django.utils.translation import override

from peyvand.people.models import Organisation
from peyvand.scope.database import scope
from peyvand.web.forms import Form
from peyvand.web.pages import choices
from peyvand.web.pages.choices import FoundChoice


class AskForm(Form):
    organisation = FoundChoice(label="Organisation", empty_label="Choose")


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture
def ask(world, monkeypatch):
    """The form as it stands for somebody who sees more organisations than a select box holds."""
    monkeypatch.setattr(choices, "MOST_NAMES", 2)

    def form(text: str, most: int = 2) -> AskForm:
        monkeypatch.setattr(choices, "MOST_NAMES", most)
        with scope(world.acting["administrator"]):
            one = AskForm({"organisation": text})
            one.fields["organisation"].offer(Organisation.objects.filter(is_active=True))  # type: ignore[attr-defined]
            one.is_valid()
            one.html = str(one["organisation"])
        return one

    return form


def test_few_are_chosen_from_a_list(ask, world):
    form = ask(str(world.organisations["charity"].pk), most=100)
    assert form.cleaned_data["organisation"] == world.organisations["charity"]
    assert "<select" in form.html


@pytest.mark.parametrize("text", ["خیریهٔ نمونه", "خيريه", "خیریه نمونه"])
def test_one_of_many_is_found_by_its_name_or_a_part_of_it(ask, world, text):
    form = ask(text)
    assert form.cleaned_data["organisation"] == world.organisations["charity"]
    assert f'value="{text}"' in form.html


def test_where_several_fit_one_chooses_among_them(ask, world):
    form = ask("نمونه")
    assert form.errors["organisation"] == ["Several names fit what you wrote. Choose one of them."]
    chosen = world.organisations["firm"]
    assert f'<option value="{chosen.pk}">' in form.html
    assert ask(str(chosen.pk)).cleaned_data["organisation"] == chosen


def test_a_slip_is_forgiven_but_never_decided(ask, world):
    form = ask("خیزیه")
    assert form.errors["organisation"] == ["Nothing here is called so. These are like it."]
    assert str(world.organisations["charity"].pk) in form.html


def test_what_fits_nothing_or_far_too_much_is_said(ask, monkeypatch):
    assert ask("qqqq").errors["organisation"] == ["Nothing here is called so."]
    monkeypatch.setattr(choices, "MOST_FITTING", 1)
    assert ask("نمونه").errors["organisation"] == ["Very many names fit. Write more of it."]
    assert ask("").has_error("organisation", "required")
