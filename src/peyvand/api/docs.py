"""The description of the API: as OpenAPI for programs, and as one page for people, with nothing from another origin."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from ninja import NinjaAPI

PREFIX = "/api/v1/"


@dataclass(frozen=True)
class Route:
    method: str
    address: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    body: str
    form: list[str]
    answer: str
    media: str


@cache
def described(api: NinjaAPI) -> dict[str, Any]:
    """The whole description; made once, for it takes a second and does not change while the site runs."""
    return api.get_openapi_schema(path_prefix=PREFIX)


def openapi(api: NinjaAPI) -> HttpResponse:
    return JsonResponse(described(api), json_dumps_params={"ensure_ascii": False})


def _name(holder: dict[str, Any]) -> str:
    """The name of the shape in a body or an answer."""
    for content in holder.get("content", {}).values():
        return str(content["schema"].get("$ref", "")).rsplit("/", 1)[-1]
    return ""


def _form(holder: dict[str, Any]) -> list[str]:
    """The fields of a body that is sent as a form with a file."""
    return list(holder.get("content", {}).get("multipart/form-data", {}).get("schema", {}).get("properties", ()))


def routes(schema: dict[str, Any]) -> Iterator[tuple[str, Route]]:
    """Every route with the group it stands in."""
    for address, methods in schema["paths"].items():
        for method, one in methods.items():
            good = next(answer for status, answer in one["responses"].items() if int(status) < 300)
            route = Route(
                method.upper(), address, one.get("summary", ""), one.get("description", ""), one.get("parameters", []),
                _name(one.get("requestBody", {})), _form(one.get("requestBody", {})), _name(good), "".join(good.get("content", ())),
            )  # fmt: skip
            yield one["tags"][0], route


def _fields(shape: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, field in shape.get("properties", {}).items():
        yield {
            "name": name,
            "kind": _kind(field),
            "required": name in shape.get("required", ()),
            "description": field.get("description", ""),
            "values": _values(field, schemas),
        }


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return field["$ref"].rsplit("/", 1)[-1]
    if "anyOf" in field:
        return " | ".join(_kind(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"[{_kind(field.get('items', {}))}]"
    return str(field.get("format") or field.get("type") or "any")


def _values(field: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """The values of an enumeration, also where the field may be null or names it from elsewhere."""
    found = list(field.get("enum", ()))
    for one in [field, *field.get("anyOf", ()), *field.get("allOf", ())]:
        named = str(one.get("$ref", "")).rsplit("/", 1)[-1]
        found += schemas.get(named, {}).get("enum", ())
    return found


def guide(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    schema = described(api)
    groups: dict[str, list[Route]] = {}
    for group, route in routes(schema):
        groups.setdefault(group, []).append(route)
    schemas = schema["components"]["schemas"]
    shapes = [
        {"name": name, "description": shape.get("description", ""), "fields": list(_fields(shape, schemas))}
        for name, shape in sorted(schemas.items())
        if "properties" in shape
    ]
    context = {"groups": groups.items(), "shapes": shapes, "info": schema["info"]}
    return render(request, "api/docs.html", context)
