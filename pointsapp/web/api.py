"""JSON conventions: the flask-smorest application under /api, its blueprints, and the OpenAPI document.

flask-smorest writes the OpenAPI 3.1 document from the marshmallow schemas; refusals go through web/errors.py, not through it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Request
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

API_ROOT = "/api/v1"


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

    def _register_error_handlers(self) -> None:
        """Leave refusals to web/errors.py."""


class HouseParser(FlaskParser):
    """webargs' parser, which also survives JSON nested a thousand deep and numbers of a million digits."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except (RecursionError, ValueError) as error:
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
            "info": {"description": "Volunteer tasks, check-in, points, vouchers and five-star boards."},
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )
    return HouseApi(app)


def problem_responses(*statuses: int) -> dict[int, Any]:
    """Return alternative responses for the document, one per refusal status a call may give: `@blp.doc(responses=…)`."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": ProblemSchema}},
        }
        for status in statuses
    }
