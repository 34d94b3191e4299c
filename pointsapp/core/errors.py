"""Refusals: typed, expected noes. A feature names its own below one of these kinds.

    Refusal
    ├── Invalid      422  the request itself is wrong (also schema errors)
    ├── NotSignedIn  401
    ├── Forbidden    403  one may read the thing, but not do this
    ├── NotFound     404  or one may not know that it exists
    ├── Conflict     409  state, time, limits, places, points
    ├── Gone         410
    ├── RuleBroken   422  a rule of the field says no
    ├── TooMany      429
    └── Overloaded   503
    StateChanged          a lost race: `write()` looks again; never shown to a person

Statuses live in web/errors.py, sentences in each feature's messages.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


class Refusal(Exception):
    """A typed no. `code` is stable English snake_case; `facts` are JSON values that explain it."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts


class Invalid(Refusal):
    """The request is malformed; `errors` maps a field to its messages, as marshmallow gives them."""

    code = "validation_failed"

    def __init__(self, errors: dict[str, Any] | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.errors = errors or {}


class NotSignedIn(Refusal):
    code = "not_signed_in"


class Forbidden(Refusal):
    code = "not_allowed"


class NotFound(Refusal):
    code = "not_found"


class Conflict(Refusal):
    code = "wrong_state"


class Gone(Refusal):
    code = "gone"


class RuleBroken(Refusal):
    code = "rule_broken"


class TooMany(Refusal):
    code = "too_many_requests"


class Overloaded(Refusal):
    code = "overloaded"


class IdempotencyKeyReused(RuleBroken):
    code = "idempotency_key_reused"


class StateChanged(Exception):  # not a Refusal: the person never sees a lost race, only the truth after it
    """The row moved since it was read; `write()` rolls back and judges again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal whose trace must be kept: the service returns it, `write` commits, the door raises `reason`."""

    reason: Refusal
