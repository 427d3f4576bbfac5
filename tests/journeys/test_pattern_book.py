"""The pattern book holds every component in every state; what is wrong there is wrong everywhere."""

import pytest


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_pattern_book_is_accessible(visitor, size, language):
    reader = visitor(size=size, language=language)
    page = reader.go("/gallery/")
    assert page.evaluate("() => document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    reader.check()
    reader.check_all_ways()
