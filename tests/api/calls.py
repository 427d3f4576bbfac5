"""Calling the API as somebody of the small province."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone
from tests.world import World

from peyvand.api.keys import create_token

ROOT = "/api/v1"


class Caller:
    """Speaks as one membership, with a token of its own; or as nobody, where no name is given."""

    def __init__(self, world: World, name: str = "", *, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Accept-Language": language}
        if name:
            _, secret = create_token(name="test", days=30, by=world[name], now=timezone.now())
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(ROOT + address, query, headers=self.headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            ROOT + address,
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=self.headers | more,
        )

    def ids(self, address: str, **query: Any) -> set[int]:
        """Every id of a list, page by page."""
        found: list[int] = []
        after = ""
        while after is not None:
            page = self.get(address, limit=3, after=after, **query)
            assert page.status_code == 200, page.content
            found += [row["id"] for row in page.json()["items"]]
            after = page.json()["next"]
        assert len(found) == len(set(found)), "a row came twice"
        return set(found)
