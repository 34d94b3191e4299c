"""What each writing route does after parsing: run one service once, answer. Keeps routes at a few lines.

JSON: `write_json(sign_up, actor, command, schema=SignupSchema())`. HTML: `bind(Form())`, then
`form.submit(lambda command: write_page(...), or_show=lambda: render_template(...))`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from pointsapp.core.clock import now
from pointsapp.core.errors import Invalid, Refusal, Refused
from pointsapp.core.idempotency import MAX_KEY_LENGTH, Answer, once
from pointsapp.core.transaction import write
from pointsapp.web.errors import status_of, step_of
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.messages import say
from pointsapp.web.schemas import UNSTORABLE, is_storable, the_one


def write_json(
    fn: Callable[..., Any],
    *args: Any,
    schema: Schema | type[Schema] | None,
    status: int = 201,
    replayable: bool = True,
    **kw: Any,
) -> Response:
    """Run the service in one transaction and answer its receipt as JSON.

    A receipt whose `is_repeat` is true answers 200: naturally repeatable calls give the same thing again. With an
    `Idempotency-Key` the first successful answer is given again, with `Idempotency-Hit: true`; a call that answers with a
    secret is not `replayable`, as its answer must not be kept.
    """
    moment = now()
    worded = the_one(schema) if isinstance(schema, type) else schema

    def act(session: Any) -> Answer | Refused:
        receipt = fn(session, *args, now=moment, **kw)
        if isinstance(receipt, Refused):
            return receipt
        code = 200 if getattr(receipt, "is_repeat", False) else status
        return Answer(code, None if worded is None else worded.dump(receipt))

    key = request.headers.get("Idempotency-Key")
    if replayable and key is not None and not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise Invalid({"Idempotency-Key": [f"1-{MAX_KEY_LENGTH}"]})
    rule = request.url_rule.rule if request.url_rule else request.path
    actor = current_actor()
    if key is None or actor is None or not replayable:
        answer = write(act)
    else:
        payload = {"path": request.view_args or {}, "json": _typed_json()}
        answer = write(
            once, act, person_id=actor.person_id, call=f"{request.method} {rule}", key=key, payload=payload, now=moment
        )
    assert isinstance(answer, Answer)
    response = jsonify(answer.body) if answer.body is not None else Response(status=204)
    response.status_code = answer.status
    if answer.is_replay:
        response.headers["Idempotency-Hit"] = "true"
    return response


def _typed_json() -> Any:
    try:
        found = request.get_json(silent=True)
    except RecursionError:  # a call without arguments may carry anything
        raise Invalid() from None
    if not is_storable(found):
        raise Invalid()
    return found


def write_page(
    fn: Callable[..., Any], *args: Any, then: Callable[[Any], str], beside: str = "", **kw: Any
) -> ResponseReturnValue:
    """Run the service in one transaction and answer 303 to `then(receipt)`; the same `request_id` leads there again.

    `beside` stands for what came beside the fields (a file's digest): with another one it is another act.
    """
    moment = now()

    def act(session: Any) -> Answer | Refused:
        receipt = fn(session, *args, now=moment, **kw)
        return receipt if isinstance(receipt, Refused) else Answer(303, {"location": then(receipt)})

    key = request.form.get("request_id", "")[:MAX_KEY_LENGTH] or None
    if not is_storable(key):
        raise Invalid({"request_id": [str(UNSTORABLE)]})
    actor = current_actor()
    if key is None or actor is None:
        answer = write(act)
    else:
        typed = {name: request.form.getlist(name) for name in sorted(request.form) if name != "csrf_token"}
        call = f"{request.method} {request.url_rule.rule if request.url_rule else request.path}"[:80]
        payload = {"path": request.view_args or {}, "form": typed, **({"beside": beside} if beside else {})}
        answer = write(once, act, person_id=actor.person_id, call=call, key=key, payload=payload, now=moment)
    assert isinstance(answer, Answer)
    return redirect(answer.body["location"], code=303)


class Form:
    """A form as the page shows it: `values` as typed, `errors` by field, `command` when all is well, a `refusal` on top."""

    def __init__(self, values: Mapping[str, Any], errors: dict[str, Any], command: Any) -> None:
        self.values = values
        self.errors = errors
        self.command = command
        self.refusal: dict[str, Any] | None = None

    def value(self, name: str, fallback: Any = "") -> Any:
        """Return what was typed into `name`."""
        return self.values.get(name, fallback)

    def values_of(self, name: str) -> list[Any]:
        """Return everything typed into the repeated field `name`."""
        getlist = getattr(self.values, "getlist", None)
        return list(getlist(name)) if getlist else list(self.values.get(name, []))

    def error(self, name: str) -> str:
        """Return the field's messages as one line, empty when it is fine."""
        return " ".join(_lines(self.errors.get(name)))

    def submit(self, act: Callable[[Any], ResponseReturnValue], *, or_show: Callable[[], str]) -> ResponseReturnValue:
        """Run `act(command)`; when the form or the service says no, show the page again with what was typed."""
        if self.command is None:
            return or_show(), 422
        try:
            return act(self.command)
        except Refusal as refusal:
            title, detail, message = say(refusal)
            self.refusal = {"title": title, "detail": detail, "code": refusal.code, "next_step": step_of(message)}
            self.errors = {**self.errors, **getattr(refusal, "errors", {})}
            g.refusal_code = refusal.code
            g.retry_after = refusal.facts.get("retry_after")
            page = or_show()
            # The page may show no form, and so no word of it, to whom it is not or no longer for: then the refusal is the page.
            if not self.errors and not any(str(escape(words)) in page for words in (title, detail) if words):
                raise
            return page, status_of(refusal)

    def run(
        self, service: Callable[..., Any], *before: Any, then: Callable[[Any], str], or_show: Callable[[], str]
    ) -> ResponseReturnValue:
        """Run `service(actor, *before, command)` as whoever is signed in and go where `then` says; otherwise show the page again."""
        return self.submit(
            lambda command: write_page(service, signed_in(), *before, command, then=then), or_show=or_show
        )


def and_say(words: str, endpoint: str, *of_receipt: str, **values: Any) -> Callable[[Any], str]:
    """Return what a page does after a good form: say `words` and go to `endpoint`, with `values` and what the receipt calls `of_receipt`."""

    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for(endpoint, **{name: getattr(receipt, name) for name in of_receipt}, **values)

    return then


def bind(schema: Schema, source: Any = None) -> Form:
    """Load the posted form (or `source`) through `schema`."""
    values = request.form if source is None else source
    unstorable = {name: [str(UNSTORABLE)] for name, value in values.items() if not is_storable(value)}
    if unstorable:
        return Form(values, unstorable, None)
    try:
        return Form(values, {}, schema.load(values))
    except ValidationError as error:
        return Form(values, error.normalized_messages(), None)


def posted(**in_address: str) -> Any:
    """Return what the form says; what the address names is not overridden by what a page sends along."""
    return CombinedMultiDict([MultiDict(in_address), request.form])


def blank(**values: Any) -> Form:
    """Return an untouched form, prefilled with `values`."""
    return Form(values, {}, None)


def _lines(messages: Any) -> list[str]:
    if not messages:
        return []
    if isinstance(messages, dict):
        messages = list(messages.values())
    if isinstance(messages, list | tuple):
        return [line for part in messages for line in _lines(part)]
    return [str(messages)]


__all__ = [
    "Form",
    "and_say",
    "bind",
    "blank",
    "posted",
    "signed_in",
    "write_json",
    "write_page",
]
