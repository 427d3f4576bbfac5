"""A reader without a mouse: every stop of the focus is seen, follows the one before, and lies under nothing."""

from playwright.sync_api import Page

MOST_STOPS = 120
# What is wrong with the stop the focus has come to; "" where nothing is. The last stop is kept on the window.
_STOP = """() => {
  const at = document.activeElement, last = window.lastStop;
  window.lastStop = at === document.body ? null : at;
  if (at === document.body) return '';
  const told = what => `${what}: ${at.outerHTML.slice(0, 140)}`;
  if (last && last.isConnected && !(last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING)) return told('out of order');
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return told('no visible focus');
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return told('out of view');
  const within = (middle, most) => Math.min(Math.max(middle, 1), most - 1);
  const top = document.elementFromPoint(within(box.x + box.width / 2, innerWidth), within(box.y + box.height / 2, innerHeight));
  return top && (at.contains(top) || top.contains(at) || top.closest('label')?.control === at) ? '' : told('covered');
}"""
_IS = """([name, under]) => {
  const at = document.activeElement, said = (at.textContent || '').replace(/\\s+/g, ' ').trim();
  const heading = at.closest('section')?.querySelector('h2')?.textContent || '';
  return (at.name === name || said.startsWith(name)) && heading.includes(under);
}"""


def to(page: Page, name: str, under: str = "") -> None:
    """Press Tab until the focus is on the field of this name, or on what begins with these words, in the section of this heading."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        wrong = page.evaluate(_STOP)
        assert not wrong, f"{page.url}: {wrong}"
        if page.evaluate(_IS, [name, under]):
            return
    raise AssertionError(f"{page.url}: {name} cannot be reached with the Tab key")


def press(page: Page, name: str, under: str = "") -> Page:
    """Go to a link or button by Tab, press Enter, and wait for the page that comes."""
    to(page, name, under)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page
