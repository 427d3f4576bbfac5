"""The pattern book holds every part in every state and in both languages; what is wrong there is wrong everywhere."""

import pytest
from tests.journeys import fitness


@pytest.mark.parametrize(("size", "language"), [("phone", "fa"), ("desktop", "en")])
def test_the_pattern_book_is_accessible_in_every_theme(visitor, size, language):
    reader = visitor(size=size, language=language)
    page = reader.go("/gallery/")
    assert page.evaluate("() => document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    told = [*fitness.faults(page), *fitness.faults_of_themes(page, fitness.THEMES)]
    assert not [*told, *fitness.cut_off_when_large(page), *fitness.cut_off_when_narrow(page), *reader.faults]


def test_what_a_ground_says_is_still_seen_in_the_colours_of_the_device(visitor):
    """Windows "contrast themes" take every ground away; marks, the place one is at and drawings must not go with them."""
    reader = visitor(size="desktop")
    page = reader.go("/gallery/")
    # Without motion: no colour on its way to another.
    page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    seen = page.evaluate("""() => {
      const of = (selector, mark, property) => getComputedStyle(document.querySelector(selector), mark)[property];
      const at = document.querySelector('.tabs a[aria-current]'), beside = document.querySelector('.tabs a:not([aria-current])');
      return {
        marks: ['waiting', 'late'].map(tone => of(`.badge-${tone}`, '::before', 'backgroundColor')),
        tabs: [at, beside].map(one => getComputedStyle(one).borderBlockEndColor),
        bar: [of('.bar rect', null, 'fill'), of('body', null, 'backgroundColor')],
      };
    }""")
    assert all(len(set(values)) == 2 for values in seen.values()), seen
    assert not [*fitness.cut_off_when_large(page), *fitness.cut_off_when_narrow(page), *reader.faults]
