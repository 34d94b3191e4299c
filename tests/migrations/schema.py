"""The schema as the database itself tells it, in a form two databases of one kind can be compared by."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, inspect, text

Schema = dict[str, dict[str, Any]]
NOT_OURS = {"alembic_version", "sqlite_sequence"}


def _plain(sql: Any) -> str:
    """Return an expression without the marks in which two writers of the same thing differ."""
    return re.sub(r"[\s()\"`]+", " ", "" if sql is None else str(sql)).strip().lower()


_told: dict[tuple[str, tuple[str | None, ...]], dict[str, Any]] = {}


def describe(engine: Engine) -> Schema:
    """Return every table with columns, keys, UNIQUE, CHECK, indexes and triggers.

    SQLite keeps the very words each table was written with: one whose words were read before is not read again.
    """
    if engine.dialect.name != "sqlite":
        return _read(engine, None)
    written: dict[str, tuple[str | None, ...]] = {}
    with engine.connect() as connection:
        for table, sql in connection.execute(text("SELECT tbl_name, sql FROM sqlite_master ORDER BY type, name")):
            written[table] = (*written.get(table, ()), sql)
    ours = [(table, words) for table, words in sorted(written.items()) if table not in NOT_OURS]
    new = [table for table, words in ours if (table, words) not in _told]
    if new:
        _told.update({(table, written[table]): seen for table, seen in _read(engine, new).items()})
    return {table: _told[table, words] for table, words in ours}


def _read(engine: Engine, only: list[str] | None) -> Schema:
    """Read the tables, or `only` some; each kind of thing is asked for once for all of them."""
    eye = inspect(engine)
    columns, keys = eye.get_multi_columns(filter_names=only), eye.get_multi_pk_constraint(filter_names=only)
    foreign, unique = eye.get_multi_foreign_keys(filter_names=only), eye.get_multi_unique_constraints(filter_names=only)
    checks, indexes = eye.get_multi_check_constraints(filter_names=only), eye.get_multi_indexes(filter_names=only)
    on_table = triggers(engine)
    where = f"{engine.dialect.name}_where"
    found: Schema = {}
    for at in sorted(at for at in columns if at[1] not in NOT_OURS):
        found[at[1]] = {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], _plain(column.get("default")))
                for column in columns[at]
            },
            "key": keys[at]["constrained_columns"] if at in keys else [],
            "foreign": {
                str(key["name"]): (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in foreign.get(at, [])
            },
            "unique": {str(key["name"]): key["column_names"] for key in unique.get(at, [])},
            "check": {str(key["name"]): _plain(key["sqltext"]) for key in checks.get(at, [])},
            "index": {
                str(index["name"]): (
                    index["column_names"],
                    _plain(index.get("expressions")),
                    bool(index["unique"]),
                    _plain((index.get("dialect_options") or {}).get(where)),
                )
                for index in indexes.get(at, [])
            },
            "trigger": on_table.get(at[1], {}),
        }
    return found


def triggers(engine: Engine) -> dict[str, dict[str, str]]:
    """Return table -> name -> definition of the triggers."""
    if engine.dialect.name == "sqlite":
        query = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        query = (
            "SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = CAST('public' AS regnamespace) ORDER BY tgname"
        )
    found: dict[str, dict[str, str]] = {}
    with engine.connect() as connection:
        for table, name, sql in connection.execute(text(query)):
            found.setdefault(table, {})[name] = _plain(sql)
    return found


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
