"""The walk through the site: from the first page through every link, as every role, with whatever is wrong on the way."""

import gzip
import io
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve
from pypdf import PdfReader
from tests.journeys.links import Read, read
from tests.persian import faults_of_page, foreign
from tests.world import World

from peyvand.people.models import Account
from peyvand.web.acting import MEMBERSHIP_KEY

HEAVIEST = 150_000  # bytes on the wire of a public page and all it loads at once, with the font
STATIC = "/static/"


@dataclass
class Walk:
    """`opened`: {address: kind of page}, in the order in which a reader meets them; `faults`: what was wrong on which page."""

    opened: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def client_of(world: World, name: str, language: str) -> Client:
    """The browser of somebody who is signed in in the role of that name; of a visitor where the name is empty."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if name:
        client.force_login(Account.objects.get(username=name))
        session = client.session
        session[MEMBERSHIP_KEY] = world[name].membership_id
        session.save()
    return client


def walk(client: Client, language: str, *, of_a_kind: int, pages: int, papers: set[str] | None = None) -> Walk:
    """Of one kind of page (each need, each neighbourhood) so many are opened, and so many pages in all.

    `papers` are the kinds of Persian papers that were read already, by whomever; those met now are added.
    """
    done, papers = Walk(), set() if papers is None else papers
    asking = {} if "sessionid" in client.cookies else {"accept-encoding": "gzip"}  # a visitor's page is weighed
    kinds = Counter[str]()
    waiting, seen = deque(["/", "/home/"] if "sessionid" in client.cookies else ["/"]), {"/", "/home/"}
    while waiting and len(done.opened) < pages:
        url = waiting.popleft()
        kind = resolve(url.partition("?")[0]).view_name
        if kinds[kind] == of_a_kind:
            continue
        kinds[kind] += 1
        answer = client.get(url, follow=True, headers=asking)
        if answer.status_code >= 400:
            done.faults.append(f"{url} answers {answer.status_code}")
            continue
        packed = answer.headers.get("Content-Encoding") == "gzip"
        content = gzip.decompress(answer.content) if packed else answer.content
        if not answer["Content-Type"].startswith("text/html"):  # a paper or a sheet to keep
            if language == "fa" and answer["Content-Type"] == "application/pdf" and kind not in papers:
                papers.add(kind)
                done.faults += [f"{url}: {fault}" for fault in faults_of_paper(content)]
            continue
        page = read(url, content.decode())
        done.faults += [f"{url}: {fault}" for fault in faults_of(page, language)]
        if packed and (sent := len(answer.content) + weight(client, page)) > HEAVIEST:
            done.faults.append(f"{url}: a visitor waits for {sent} bytes")
        done.opened[url] = kind
        for link in page.links:
            if (asked := same_page(link)) not in seen:
                seen.add(asked)
                waiting.append(asked)
    return done


def same_page(url: str) -> str:
    """The address without the page to come back to, which is another from each page."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([one for one in parse_qsl(parts.query) if one[0] != "next"])))


def weight(client: Client, page: Read) -> int:
    """Bytes that come with a page: its static files as they are served, its pictures as they are asked for."""
    asked = [one for one in page.loaded if one.startswith("/")]
    return sum(static_weight(one) if one.startswith(STATIC) else len(client.get(one).content) for one in asked)


@cache
def static_weight(url: str) -> int:
    found = finders.find(url.removeprefix(STATIC))
    assert isinstance(found, str), url
    content = Path(found).read_bytes()
    return min(len(content), len(gzip.compress(content)))


def faults_of_paper(content: bytes) -> list[str]:
    """Latin digits and English words on a Persian paper; the words themselves stand in the catalogues, which are judged."""
    said = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return sorted({fault for line in said.splitlines() for fault in foreign(line)})


def faults_of(page: Read, language: str) -> list[str]:
    """What is wrong in a page as it is written, before any browser."""
    found = []
    right = {"lang": language, "dir": "rtl" if language == "fa" else "ltr"}
    said = (page.headings, bool(page.title.split("·")[0].strip()), page.html)
    if said != (1, True, right):
        found.append(f"headings of the first rank, title, language: {said}")
    if not page.ways_on:
        found.append("a dead end: nothing in its main part leads on")
    if "bound method" in page.source or "object at 0x" in page.source:
        found.append("shows the inside of the program")
    return found + (faults_of_page(page.source) if language == "fa" else [])
