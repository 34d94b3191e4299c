"""Every call of the contract, and what the running application's own document says about each call."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tests.house.reading import the_app

# The table of the contract, row by row; a name in braces stands for any id.
CALLS = [
    "",
    "POST /sessions",
    "POST /people",
    "POST /people/{}/one-time-codes",
    "DELETE /sessions/current",
    "GET /me",
    "GET /areas",
    "GET /task-categories",
    "GET /privacy-notice",
    "GET /tasks",
    "GET /tasks/{}",
    "POST /tasks",
    "POST /tasks/{}/publication",
    "POST /tasks/{}/cancellation",
    "POST /tasks/{}/approval",
    "POST /shifts/{}/signups",
    "GET /me/signups",
    "GET /shifts/{}/signups",
    "DELETE /signups/{}",
    "POST /signups/{}/acceptance",
    "GET /shifts/{}/checkin-code",
    "POST /checkins",
    "POST /shifts/{}/checkins",
    "POST /signups/{}/corrections",
    "POST /corrections/{}/approval",
    "GET /me/code",
    "GET /me/points",
    "GET /me/points/entries",
    "GET /budgets",
    "POST /budget-grants",
    "GET /merchants",
    "POST /merchants",
    "POST /offers",
    "POST /offers/{}/approval",
    "POST /offers/{}/rejection",
    "GET /offers",
    "GET /offers/{}",
    "POST /offers/{}/vouchers",
    "GET /me/vouchers",
    "POST /vouchers/{}/cancellation",
    "GET /vouchers/{}",
    "POST /redemptions",
    "POST /redemptions/{}/reversal",
    "GET /leaderboards/residents",
    "GET /five-star/rounds",
    "GET /five-star/rounds/{}/standings",
    "GET /five-star/rounds/{}/standings/{}",
    "",
][1:-1]
# What a guest may call.
OPEN = {
    "POST /sessions", "POST /people", "GET /areas", "GET /task-categories", "GET /privacy-notice", "GET /seals", "GET /funds",
    "GET /funds/{}", "GET /funds/{}/uses", "GET /statement", "GET /statistics/periods", "GET /certificates/{}",
    "POST /guest-feedback", "POST /guest-feedback/lookup", "POST /guest-feedback/verdict", "POST /guest-feedback/withdrawal",
    "GET /five-star/draws", "GET /five-star/draws/{}", "GET /five-star/rounds/{}/finding-counts",
    "GET /five-star/rounds/{}/standings/{}/docket", "GET /five-star/rounds/{}/standings/{}/docket/{}",
    "GET /five-star/rounds/{}/standings/{}/pieces", "GET /five-star/branches/{}/pieces/{}",
    "GET /five-star/branches/{}/pieces/{}/file", "GET /five-star/rounds/{}/standings/{}/objections",
    "GET /five-star/rounds/{}/editions", "GET /five-star/rounds/{}/editions/{}",
    "GET /five-star/rounds/{}/editions/{}/standings", "GET /five-star/editions/{}",
}  # fmt: skip
LISTS = {
    "GET /areas", "GET /task-categories", "GET /tasks", "GET /me/signups", "GET /shifts/{}/signups",
    "GET /me/points/entries", "GET /budgets", "GET /merchants", "GET /offers", "GET /me/vouchers",
    "GET /leaderboards/residents", "GET /five-star/rounds", "GET /five-star/rounds/{}/standings",
}  # fmt: skip


@cache
def document() -> dict[str, Any]:
    return the_app().test_client().get("/api/openapi.json").get_json()


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Return "GET /tasks/{}" -> operation."""
    found = {}
    for path, methods in document()["paths"].items():
        short = re.sub(r"\{[^}]+\}", "{}", path.removeprefix("/api/v1"))
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                found[f"{method.upper()} {short}"] = operation
    return found


def body_fields(call: str) -> list[str]:
    """Return the names of the JSON body's fields, empty where there is no body."""
    content = operations()[call].get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return sorted(schema.get("properties", {}))


def query_names(call: str) -> set[str]:
    return {each["name"] for each in operations()[call].get("parameters", []) if each["in"] == "query"}


def filled(call: str, with_id: str = "nosuchid0000") -> tuple[str, str]:
    """Return (method, path) with an id in every place."""
    method, path = call.split(" ")
    return method, path.replace("{}", with_id)
