"""/api/docs: the JSON API for people who write programs, read from the document the application gives of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.web.guard import public
from pointsapp.web.messages import known_codes, message_for
from pointsapp.web.openapi import METHODS, statuses

MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a body, or one parameter: `shifts[].starts_at`, what kind of value, whether it must be given."""

    name: str
    kind: str
    is_required: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    id: str
    method: str
    path: str
    summary: str
    description: str
    is_public: bool
    parameters: tuple[FieldRow, ...]
    body: tuple[FieldRow, ...]
    answers: tuple[tuple[str, str, tuple[FieldRow, ...]], ...]
    refusals: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class TagRow:
    name: str
    description: str
    operations: tuple[OperationRow, ...]


@dataclass(frozen=True, slots=True)
class CodeRow:
    code: str
    status: int
    title: str
    detail: str


@public("who writes a program reads this before having a token")
def show_api_docs() -> ResponseReturnValue:
    document = current_app.extensions["pointsapp.api"].document()
    return render_template("api_docs.html", tags=_tags(document), codes=_codes(), version=document["info"]["version"])


def init_api_docs(app: Flask) -> None:
    app.add_url_rule("/api/docs", view_func=show_api_docs)


def _codes() -> tuple[CodeRow, ...]:
    """Return every refusal with its words in the reader's language; facts read as an ellipsis."""
    known = statuses()
    rows = []
    for code in sorted(known_codes() & known.keys()):
        message = message_for(code)
        rows.append(CodeRow(code, known[code], str(message.title), str(message.detail) % _Ellipsis()))
    return tuple(rows)


class _Ellipsis(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _tags(document: dict[str, Any]) -> tuple[TagRow, ...]:
    by_tag: dict[str, list[OperationRow]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                row = _operation(document, path, method, operations[method])
                by_tag.setdefault(operations[method]["tags"][0], []).append(row)
    return tuple(
        TagRow(tag["name"], tag.get("description", ""), tuple(by_tag[tag["name"]])) for tag in document["tags"]
    )


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> OperationRow:
    answers, refusals = [], []
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            answers.append((status, answer.get("description", ""), tuple(_fields(document, _schema(answer)))))
        else:
            codes = [word.strip(" `") for word in answer["description"].removeprefix("Refused: ").split(",")]
            refusals.append((status, tuple(codes)))
    parameters = tuple(
        FieldRow(
            each["name"], f"{each['in']} · {_kind(document, each['schema'])}", each.get("required", False), _note(each)
        )
        for each in (*document["paths"][path].get("parameters", []), *operation.get("parameters", []))
    )
    return OperationRow(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        is_public=operation.get("security") == [],
        parameters=parameters,
        body=tuple(_fields(document, _schema(operation.get("requestBody", {})))),
        answers=tuple(answers),
        refusals=tuple(refusals),
    )


def _schema(part: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body, whatever its media type; empty where there is none."""
    for content in part.get("content", {}).values():
        found: dict[str, Any] = content.get("schema", {})
        return found
    return {}


def _note(part: dict[str, Any]) -> str:
    default = part.get("schema", part).get("default")
    words = [part.get("description", "")]
    if default is not None:
        words.append(_("默认 %(value)s", value=default))
    return " ".join(word for word in words if word)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _inside(document: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the object that `schema` is, may be, or is a list of, and how its name is written."""
    schema, mark = _resolved(document, schema), ""
    if schema.get("type") == "array":
        schema, mark = _resolved(document, schema.get("items", {})), "[]"
    for branch in schema.get("allOf", []) + schema.get("anyOf", []) + schema.get("oneOf", []):
        if "$ref" in branch or "properties" in branch:
            return _resolved(document, branch), mark
    return schema, mark


def _fields(document: dict[str, Any], schema: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[FieldRow]:
    whole, mark = _inside(document, schema)
    required = whole.get("required", [])
    for name, part in whole.get("properties", {}).items():
        full = f"{prefix}{mark}.{name}" if prefix else name
        yield FieldRow(full, _kind(document, part), name in required, _note(part))
        if depth < MAX_DEPTH:
            yield from _fields(document, part, full, depth + 1)


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return what a value is, in one short line: `integer 0–10000`, `string ≤ 120`, `a | b`."""
    schema = _resolved(document, schema)
    for branch in schema.get("allOf", []) + schema.get("anyOf", []):
        if branch.get("type") != "null":
            return _kind(document, branch)
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    words = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if "array" in words:
        return f"[ {_kind(document, schema.get('items', {}))} ]"
    if schema.get("format"):
        words += f" ({schema['format']})"
    least, most = (
        schema.get("minimum", schema.get("minLength")),
        schema.get("maximum", schema.get("maxLength")),
    )
    if least is not None and most is not None:
        return f"{words} {least}–{most}"
    if most is not None:
        return f"{words} ≤ {most}"
    return f"{words} ≥ {least}" if least is not None else words
