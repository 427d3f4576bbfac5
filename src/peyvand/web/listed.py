"""The list on a page of this site, asked of the page itself: its permission, its rows, its filters, its order.

So that a file holds exactly what its reader would see at that address now, and no second statement says who may see what.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from peyvand.exports.listing import Listed
from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Account
from peyvand.scope.acting import Acting
from peyvand.web.exports import ListAnswer


def listed_at(address: str, by: Acting, account: Account) -> Listed:
    """The list at an address, for a job that writes it. As `asked_at`."""
    return asked_at(address, by, account).listed


def asked_at(address: str, by: Acting, account: Account) -> ListAnswer:
    """`address` is a path of this site with its query; called inside `scope(by)`.

    Raises `NotFound` where no page with an exportable list is there, and what the page itself refuses with.
    """
    parts = urlsplit(address)
    try:
        found = resolve(parts.path)
    except Resolver404:
        raise NotFound from None
    if not getattr(found.func, "exportable", False):
        raise NotFound
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = parts.path
    request.GET = QueryDict(parts.query)
    request.resolver_match = found
    request.user = account
    request.acting = by  # type: ignore[attr-defined]
    request.asks_for_list = True  # type: ignore[attr-defined]
    answer = found.func(request, *found.args, **found.kwargs)
    if not isinstance(answer, ListAnswer):
        raise NotFound
    return answer
