"""What the pages of tasks share: how they read an address, and how they say what an act came to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from pointsapp.core.errors import Invalid
from pointsapp.core.paging import PageRequest
from pointsapp.web.doors import bind, write_page
from pointsapp.web.schemas import page_request


def read_args(schema: Any) -> dict[str, Any]:
    """Load the address's parameters; a link that is old, was typed wrong or got more of them on its way still opens the page.

    WeChat adds `from` and `isappinstalled` to every link that is passed on.
    """
    found = bind(schema, {name: value for name, value in request.args.items() if name in schema.fields})
    return found.command if found.command is not None else schema.load({})  # type: ignore[no-any-return]


def read_page(args: dict[str, Any], *shape: type) -> PageRequest:
    """Return which page of a list the address asks for; an unreadable cursor is the first page."""
    try:
        return page_request(args, *shape)
    except Invalid:
        return PageRequest(limit=args["limit"])


def write_and_say(
    service: Any, *args: Any, then: Callable[[Any], str], say: Callable[[Any], tuple[str, str]], **kw: Any
) -> ResponseReturnValue:
    """Run the service, answer 303, and once it has committed say in a few words what it came to."""
    receipts: list[Any] = []

    def there(receipt: Any) -> str:
        receipts[:] = [receipt]
        return then(receipt)

    answer = write_page(service, *args, then=there, **kw)
    for receipt in receipts:
        flash(*say(receipt))
    return answer
