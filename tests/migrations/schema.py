"""The schema as the database itself tells it, in a form two databases of one kind can be compared by."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, inspect, text

Schema = dict[str, dict[str, Any]]
NOT_OURS = {"alembic_version"}


def _plain(sql: Any) -> str:
    """Return an expression without the marks in which two writers of the same thing differ."""
    return re.sub(r"[\s()\"`]+", " ", "" if sql is None else str(sql)).strip().lower()


def describe(engine: Engine) -> Schema:
    """Return every table with columns, keys, UNIQUE, CHECK, indexes and triggers."""
    eye = inspect(engine)
    found: Schema = {}
    for table in sorted(set(eye.get_table_names()) - NOT_OURS):
        found[table] = {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], _plain(column.get("default")))
                for column in eye.get_columns(table)
            },
            "key": eye.get_pk_constraint(table)["constrained_columns"],
            "foreign": {
                str(key["name"]): (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in eye.get_foreign_keys(table)
            },
            "unique": {str(key["name"]): key["column_names"] for key in eye.get_unique_constraints(table)},
            "check": {str(key["name"]): _plain(key["sqltext"]) for key in eye.get_check_constraints(table)},
            "index": {
                str(index["name"]): (
                    index["column_names"],
                    _plain(index.get("expressions")),
                    bool(index["unique"]),
                    _plain((index.get("dialect_options") or {}).get(f"{engine.dialect.name}_where")),
                )
                for index in eye.get_indexes(table)
            },
            "trigger": triggers(engine, table),
        }
    return found


def triggers(engine: Engine, table: str) -> dict[str, str]:
    """Return name -> definition of the triggers on `table`."""
    if engine.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table ORDER BY name"
    else:
        query = (
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgrelid = CAST(:table AS regclass) ORDER BY tgname"
        )
    with engine.connect() as connection:
        return {name: _plain(sql) for name, sql in connection.execute(text(query), {"table": table})}


def differences(left: Schema, right: Schema, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Return one line for each thing that stands differently in the two."""
    lines = [f"only in the first: {table}" for table in left.keys() - right.keys()]
    lines += [f"only in the second: {table}" for table in right.keys() - left.keys()]
    for table in sorted(left.keys() & right.keys()):
        for part in left[table].keys() - but:
            one, other = left[table][part], right[table][part]
            if isinstance(one, dict):
                names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
                lines += [f"{table} {part} {name}: {one.get(name)} | {other.get(name)}" for name in names]
            elif one != other:
                lines.append(f"{table} {part}: {one} | {other}")
    return lines
