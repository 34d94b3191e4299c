"""JSON conventions: the flask-smorest application under /api, its blueprints, and the OpenAPI document.

flask-smorest writes the OpenAPI 3.1 document from the marshmallow schemas; refusals go through web/errors.py, not through it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, Response, current_app, json
from flask_smorest import Api, Blueprint
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from pointsapp.web.api_docs import init_api_docs
from pointsapp.web.openapi import REFUSALS, finish
from pointsapp.web.schemas import UNSTORABLE, is_storable, the_one

View = TypeVar("View", bound=Callable[..., Any])

API_ROOT = "/api/v1"
DESCRIPTION = """Volunteer tasks, check-in, points, vouchers and five-star boards.

Sign in with `POST /sessions` and send `Authorization: Bearer TOKEN`. Times are RFC 3339 with offset; points and minutes are
integers; ids are opaque strings. Lists take `limit` (1-100) and `cursor` and answer `items` and `next_cursor`. Unknown JSON
fields are 422. A refusal is `application/problem+json` with a stable `code`; `title` and `detail` are for people, in the
request's language. A call that is naturally repeatable (sign-up, check-in, publication, cancellation, approval, reversal)
answers 200 with the same thing when repeated."""


class ProblemSchema(Schema):
    """RFC 9457, application/problem+json."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String())
    facts = fields.Dict(keys=fields.String())


class HouseApi(Api):
    """flask-smorest without its own error pages: there is one mapping in the house."""

    ERROR_SCHEMA = ProblemSchema

    _document: dict[str, Any] | None = None

    def _register_error_handlers(self) -> None:
        """Leave refusals to web/errors.py."""

    def document(self) -> dict[str, Any]:
        """Return the finished OpenAPI document; it cannot change while the application runs, so it is made once."""
        if self._document is None:
            self._document = finish(current_app, self.spec.to_dict())
        return self._document

    def _openapi_json(self) -> Response:
        return current_app.response_class(
            json.dumps(self.document(), indent=2, sort_keys=False), mimetype="application/json"
        )


class HouseParser(FlaskParser):
    """webargs' parser, which also survives JSON nested a thousand deep, numbers of a million digits, and text that no
    database stores (NUL, half of a surrogate pair); a body that does not say it is JSON is refused as such."""

    def _get_schema(self, argmap: Any, req: Request) -> Schema:
        is_kind = isinstance(argmap, type) and issubclass(argmap, Schema)
        return the_one(argmap) if is_kind else super()._get_schema(argmap, req)

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json and req.get_data(cache=True):
            raise UnsupportedMediaType()
        try:
            found = super()._raw_load_json(req)
            for name, value in found.items() if isinstance(found, dict) else ():
                if not is_storable(name) or not is_storable(value):
                    raise ValidationError({name if is_storable(name) else "_schema": [str(UNSTORABLE)]})
            return found
        except (RecursionError, ValueError) as error:
            if isinstance(error, ValidationError):  # which is a ValueError
                raise
            raise BadRequest() from error


class HouseBlueprint(Blueprint):
    ARGUMENTS_PARSER = HouseParser()


def api_blueprint(name: str, description: str) -> Blueprint:
    """Return the blueprint of a feature's JSON door; its routes are written from /api/v1 on."""
    return HouseBlueprint(f"{name}_api", name, url_prefix=API_ROOT, description=description)


def init_api(app: Flask) -> HouseApi:
    app.config.update(
        API_TITLE="pointsapp",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION},
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )
    api = HouseApi(app)
    app.extensions["pointsapp.api"] = api
    init_api_docs(app)
    return api


def refuses(*codes: str) -> Callable[[View], View]:
    """Say in the document which refusals a call gives besides those that any call may give (web/openapi.py adds them)."""

    def mark(view: View) -> View:
        setattr(view, REFUSALS, codes)
        return view

    return mark
