"""What councils and their sessions are called."""

from peyvand.programmes.neighbourhoods.models import Council, Session
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate


def council_name(row: Council) -> str:
    return listed(named(row.kind), named(row.place))


def session_name(row: Session) -> str:
    return listed(council_name(row.council), jdate(row.date))
