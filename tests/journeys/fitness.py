"""Is the open page fit to be used? axe-core by WCAG 2.2 AA with AAA contrast, every theme, a narrow telephone, large text."""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# What the device asks for where the reader has not chosen on the page "Display". Without motion: no colour on its way to another.
THEMES = {
    "dark": {"color_scheme": "dark", "contrast": "no-preference", "reduced_motion": "reduce"},
    "contrast": {"color_scheme": "light", "contrast": "more", "reduced_motion": "reduce"},
    "contrast on a dark device": {"color_scheme": "dark", "contrast": "more", "reduced_motion": "reduce"},
}
LIGHT = {"color_scheme": "light", "contrast": "no-preference", "reduced_motion": "no-preference"}
NARROW = {"width": 320, "height": 640}

# Off by default in axe: the target size of WCAG 2.2, and contrast by AAA (which implies AA).
_ALL = "{rules: {'target-size': {enabled: true}, 'color-contrast-enhanced': {enabled: true}, 'color-contrast': {enabled: false}}}"
_COLOURS = "{runOnly: {type: 'rule', values: ['color-contrast-enhanced', 'link-in-text-block']}}"
_RUN = """options => axe.run(document, {resultTypes: ['violations'], ...options}).then(result => result.violations.map(
  one => `${one.id}: ${one.help} (${one.nodes.length}: ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].failureSummary})`))"""

# Text that is cut off where nobody can bring it into view, and one text laid out as columns because a foreign run in it became an
# item of its own. What only a screen reader reads is one pixel wide on purpose; a map is moved into view.
_CUT = """() => {
  const sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const said = sideways > 0 ? [`the page scrolls sideways by ${sideways} px`] : [];
  for (const box of document.body.querySelectorAll('*:not(svg *)')) {
    if (box.scrollWidth <= box.clientWidth + 1 && box.scrollHeight <= box.clientHeight + 1) continue;
    const style = getComputedStyle(box);
    if (style.clipPath !== 'none' || box.clientWidth < 2 || box.matches('.map') || !box.textContent.trim()) continue;
    const hides = way => way === 'hidden' || way === 'clip';
    const wide = hides(style.overflowX) && box.scrollWidth > box.clientWidth + 1;
    const high = hides(style.overflowY) && box.scrollHeight > box.clientHeight + 1;
    if (wide || high) said.push(`cut off: ${box.outerHTML.slice(0, 160)}`);
  }
  for (const box of new Set([...document.querySelectorAll('body bdi[lang]')].map(run => run.parentElement))) {
    const laidOut = /flex|grid/.test(getComputedStyle(box).display);
    const words = [...box.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.textContent.trim());
    if (laidOut && words) said.push(`a text in columns: ${box.outerHTML.slice(0, 160)}`);
  }
  return said;
}"""


def faults(page: Page) -> list[str]:
    """What axe-core finds in the light theme, and text that is cut off or a page that scrolls sideways."""
    _bring_axe(page)
    return [*page.evaluate(f"() => ({_RUN})({_ALL})"), *cut_off(page)]


def cut_off(page: Page) -> list[str]:
    """Text that nobody can bring into view or that fell into columns, and a page that scrolls sideways, at the size at which it is open."""
    return page.evaluate(_CUT)


def faults_of_themes(page: Page, themes: Iterable[str] = ("dark", "contrast")) -> list[str]:
    """What has too little contrast in these themes; the page is light again afterwards."""
    _bring_axe(page)
    found = []
    for name, device in ((name, THEMES[name]) for name in themes):
        page.emulate_media(**device)  # type: ignore[arg-type]
        found += [f"{name}: {one}" for one in page.evaluate(f"() => ({_RUN})({_COLOURS})")]
    page.emulate_media(**LIGHT)  # type: ignore[arg-type]
    return found


def cut_off_when_narrow(page: Page) -> list[str]:
    """The same as `cut_off` at 320 px, which is undone afterwards."""
    before = page.viewport_size
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found = cut_off(page)
    page.set_viewport_size(before or NARROW)  # type: ignore[arg-type]
    return [f"320 px: {one}" for one in found]


def cut_off_when_large(page: Page) -> list[str]:
    """The same as `cut_off` with text at 200 %, which is undone afterwards."""
    found = page.evaluate(
        f"() => {{ const root = document.documentElement; root.style.fontSize = '200%';"
        f" const said = ({_CUT})(); root.style.fontSize = ''; return said; }}"
    )
    return [f"text at 200 %: {one}" for one in found]


def _bring_axe(page: Page) -> None:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)  # evaluated by the driver, so the page's content policy stays strict
