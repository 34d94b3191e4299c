"""Guessing codes is hopeless: who has tried too many well-formed codes that are not ours waits, before the next is looked at.

Signed-in people are counted each for themself, and clerks also for their shop; addresses only where a guest tries, and private ones
never, because a whole street shares them. A mistyped code fails its check character and does not count. docs/security.md states the
odds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_babel import lazy_gettext as _l

from pointsapp.core import codes, guesses, policy
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import TooMany
from pointsapp.core.transaction import write
from pointsapp.web.login import current_actor
from pointsapp.web.security import caller_address

View = TypeVar("View", bound=Callable[..., Any])

PER_PERSON = policy.declare("core.failed_codes_per_person", 30, _l("15 分钟内同一个人可以试错码的次数"))
PER_SHOP = policy.declare("core.failed_codes_per_shop", 150, _l("15 分钟内同一家商户可以试错码的次数"))
PER_ADDRESS = policy.declare("core.failed_codes_per_address", 1000, _l("15 分钟内同一网络地址可以试错登录码的次数"))
# What a code that is not ours is answered with, depending on its kind.
FAILED = frozenset({"code_unknown", "code_invalid", "feedback_unknown", "invalid_credentials", "not_found"})
LENGTHS = (codes.VOUCHER_LENGTH, codes.VENUE_LENGTH)
BELIEVED_FOR = timedelta(seconds=2)
_MARK = "takes_codes"


class TooManyCodes(TooMany):
    """Facts: retry_after (seconds)."""

    detail = _l("试了太多不存在的码，请 %(retry_after)s 秒后再试；着急的话，请找现场负责人或社区工作人员当面办理。")


def takes_codes(view: View) -> View:
    """Say that `view` looks up a code somebody gives; a house test finds views that forgot to."""
    setattr(view, _MARK, True)
    return view


def is_marked(app: Flask, endpoint: str | None) -> bool:
    view = app.view_functions.get(endpoint or "")
    while view is not None:
        if hasattr(view, _MARK):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def _callers() -> list[tuple[str, policy.Policy]]:
    actor = current_actor()
    if actor is None:
        address = caller_address()
        return [(f"address:{address}", PER_ADDRESS)] if address else []
    shops = [(f"merchant:{number}", PER_SHOP) for number in actor.merchant_ids]
    return [(f"person:{actor.person_id}", PER_PERSON), *shops]


@dataclass
class Suspects:
    """Who has failed at all lately, asked once for everybody and believed for two seconds: hardly anybody has.

    `keys` is None when they are too many to know by heart: then everybody is looked up.
    """

    keys: frozenset[str] | None = frozenset()
    at: datetime | None = None

    def forget(self) -> None:
        self.at = None

    def are_known(self, moment: datetime) -> bool:
        return self.at is not None and self.at <= moment < self.at + BELIEVED_FOR


known = Suspects()


def _refuse_guessing() -> None:
    moment = now()
    if not known.are_known(moment):
        known.keys, known.at = guesses.suspects(db.session, now=moment), moment
    keys = known.keys
    if keys is not None and not keys:
        return
    # How often they may is asked only for who has failed.
    callers = [each for each in _callers() if keys is None or guesses.key_of(each[0]) in keys]
    mosts = policy.values(db.session, *(limit for _, limit in callers), now=moment) if callers else ()
    for (caller, _limit), most in zip(callers, mosts, strict=True):
        wait = guesses.seconds_to_wait(db.session, caller, most, now=moment)
        if wait:
            raise TooManyCodes(retry_after=wait)


def _given_codes() -> list[Any]:
    """Return whatever may be a code: `g.photographed_code` is what a view read from a photograph."""
    body = request.get_json(silent=True) if request.is_json else None
    typed = [body.get("code"), body.get("one_time_code")] if isinstance(body, dict) else []
    sent = [request.form.get("code"), request.args.get("code"), g.get("photographed_code")]
    return [*(request.view_args or {}).values(), *sent, *typed]


def _is_well_formed(given: Any) -> bool:
    return isinstance(given, str) and any(codes.read(given, length) for length in LENGTHS)


def _count_failure() -> None:
    callers = [caller for caller, _ in _callers()]
    if callers and any(_is_well_formed(given) for given in _given_codes()):
        write(guesses.count_failed_code, callers, now=now())
        known.forget()


def init_guesses(app: Flask) -> None:
    marked: dict[str | None, bool] = {}

    def concerns() -> bool:
        endpoint = request.endpoint
        if endpoint not in marked:
            marked[endpoint] = is_marked(current_app, endpoint)
        return marked[endpoint]

    @app.before_request
    def refuse_guessing() -> None:
        if concerns():
            _refuse_guessing()

    @app.after_request
    def count_failure(response: Response) -> Response:
        if g.get("refusal_code") in FAILED and concerns():
            _count_failure()
        return response
