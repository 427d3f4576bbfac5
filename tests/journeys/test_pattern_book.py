"""The pattern book holds every part in every state and in both languages; what is wrong there is wrong everywhere."""

import pytest
from tests.journeys import fitness


@pytest.mark.parametrize(("size", "language"), [("phone", "fa"), ("desktop", "en")])
def test_the_pattern_book_is_accessible_in_every_theme(visitor, size, language):
    reader = visitor(size=size, language=language)
    page = reader.go("/gallery/")
    assert page.evaluate("() => document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    # By its nature the book shows the same landmark more than once.
    told = [*fitness.faults(page, but_for="landmark-unique"), *fitness.faults_of_themes(page, fitness.THEMES)]
    assert not [*told, *fitness.faults_when_narrow_or_large(page), *reader.faults]
