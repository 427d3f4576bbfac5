"""What a page says of itself and where it leads, read without a browser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

# A download, the pattern book, or an address that ends the visit.
_LEAVE_OUT = ("/gallery/", "/sign-out/", "/enter/", "/proofs/", "/static/")


@dataclass
class Read(HTMLParser):
    """Feed it a page: `links` are its own-site links without downloads, in order; `ways_on` what its main part offers beside the
    frame: addresses of other pages, of files to take, of forms to send. A page without any is a dead end. `loaded` is what a browser
    asks for before anybody moves: styles, scripts, the font, pictures that do not wait until they come into view."""

    address: str
    source: str
    links: list[str] = field(default_factory=list)
    ways_on: list[str] = field(default_factory=list)
    loaded: set[str] = field(default_factory=set)
    html: dict[str, str] = field(default_factory=dict)
    headings: int = 0
    title: str = ""
    _in_title: bool = False
    _in_main: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.html = values
        self.headings += tag == "h1"
        self._in_title = tag == "title" and not self.title
        self._in_main = self._in_main or tag == "main"
        if tag == "a" and "href" in values:
            self._link(urldefrag(urljoin(self.address, values["href"]))[0], "download" in values)
        if (tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon")) or (
            tag in ("script", "img") and values.get("loading") != "lazy"
        ):
            self.loaded.add(values.get("href") or values.get("src", ""))
        if tag == "form" and self._in_main:
            self.ways_on.append(values.get("action") or self.address)

    def _link(self, url: str, is_download: bool) -> None:
        if self._in_main and url != self.address:
            self.ways_on.append(url)
        left_out = is_download or not url.startswith("/") or urlsplit(url).path.startswith(_LEAVE_OUT)
        if not left_out and url not in self.links:
            self.links.append(url)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == "main":
            self._in_main = False


def read(address: str, text: str) -> Read:
    page = Read(address, text)
    page.feed(text)
    return page
