"""Tables in markup: HTML, and the XML of Excel 2003, which office systems save under the name .xls."""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

from peyvand.lists.faults import refuse

_SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
_WORKBOOK = re.compile(r"<(\w+:)?Workbook\b")
_WIDEST = 1000
_COLUMNS, _ROWS = 16_384, 1_048_576


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the beginning of a page names, where Python knows it."""
    found = _CHARSET.search(data[:4096]) if data.lstrip().startswith(b"<") else None
    if not found:
        return None
    name = (found.group(1) or found.group(2)).decode("ascii")
    try:
        "".encode(name)
    except LookupError:
        return None
    return name


def tables(path: Path, text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """(name, rows) of every table. Cells that span several columns or rows hold their text once, at their beginning."""
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    if _WORKBOOK.search(body[:4096]):
        yield from _excel_2003(path, body)
        return
    try:
        page = html.document_fromstring(body)
    except etree.ParserError as error:
        raise refuse(path.name, "page_without_table") from error
    for br in page.iter("br"):
        br.tail = " " + (br.tail or "")
    found = page.xpath("//table[not(.//table)]")
    if not found:
        raise refuse(path.name, "page_without_table")
    for table in found:
        yield "", _html_rows(table)


def _html_rows(table: html.HtmlElement) -> list[list[str]]:
    rows: list[list[str]] = []
    below: dict[int, int] = {}
    for line in table.iter("tr"):
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            while below.get(len(row), 0):
                below[len(row)] -= 1
                row.append("")
            place, wide, tall = len(row), _span(cell, "colspan"), _span(cell, "rowspan")
            row += [" ".join(cell.text_content().split()), *[""] * (wide - 1)]
            below |= dict.fromkeys(range(place, place + wide), tall - 1)
        for place in range(len(row), max(below, default=-1) + 1):
            below[place] = max(0, below.get(place, 0) - 1)
        rows.append(row)
    return rows


def _span(cell: html.HtmlElement, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return min(int(value), _WIDEST) if value.isdecimal() and int(value) else 1


def _excel_2003(path: Path, body: str) -> Iterator[tuple[str, list[list[str]]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        book = etree.fromstring(body.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise refuse(path.name, "file_unreadable", why=str(error)) from error
    for sheet in book.iter(f"{_SPREADSHEET}Worksheet"):
        rows: list[list[str]] = []
        for line in sheet.iter(f"{_SPREADSHEET}Row"):
            rows += [[]] * (_index(line, len(rows), _ROWS) - len(rows))
            row: list[str] = []
            for cell in line.iter(f"{_SPREADSHEET}Cell"):
                row += [""] * (_index(cell, len(row), _COLUMNS) - len(row))
                row.append("".join(cell.itertext()).strip())
            rows.append(row)
        yield str(sheet.get(f"{_SPREADSHEET}Name") or ""), rows


def _index(element: etree._Element, otherwise: int, most: int) -> int:
    value = str(element.get(f"{_SPREADSHEET}Index") or "")
    return int(value) - 1 if value.isdecimal() and otherwise < int(value) <= most else otherwise
