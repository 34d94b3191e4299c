"""No foreign keys on the hot rows that only mention others, and fewer indexes nobody reads"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# table -> column -> the table whose row it mentions
MENTIONS = {
    "event": {"area_id": "area", "person_id": "person", "actor_id": "person"},
    "event_delivery": {"event_id": "event"},
    "scan": {"person_id": "person", "by_id": "person", "shift_id": "shift", "attendance_id": "attendance"},
    "attendance": {"shift_id": "shift", "person_id": "person"},
    "posting": {"entry_id": "entry"},
    "hold": {"entry_id": "entry", "resolved_entry_id": "entry"},
    "voucher": {"person_id": "person", "merchant_id": "merchant", "offer_id": "offer", "hold_id": "hold"},
    "redemption": {"voucher_id": "voucher", "merchant_id": "merchant", "clerk_id": "person"},
}
UNREAD = (
    ("ix_event_area_id", "event", ["area_id"]),
    ("ix_event_person_id", "event", ["person_id"]),
    ("ix_event_actor_id", "event", ["actor_id"]),
    ("ix_scan_person_id", "scan", ["person_id"]),
)
# name, table, columns before and after, and which rows it holds now
NARROWED = (
    ("ix_event_delivery_open", "event_delivery", ["done_at", "due_at"], ["due_at", "event_id"], "done_at IS NULL"),
    ("ix_entry_reverses_id", "entry", ["reverses_id"], ["reverses_id"], "reverses_id IS NOT NULL"),
)


def upgrade() -> None:
    for table, columns in MENTIONS.items():
        if _is_sqlite():
            _rewrite(table, lambda sql, columns=columns, table=table: _without(sql, table, columns))
        else:
            for column in columns:
                op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    for name, table, _columns in UNREAD:
        op.drop_index(name, table_name=table)
    for name, table, _before, after, which in NARROWED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, after, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def downgrade() -> None:
    for name, table, before, _after, _which in NARROWED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, before)
    for name, table, columns in UNREAD:
        op.create_index(name, table, columns)
    for table, mentioned in MENTIONS.items():
        if _is_sqlite():
            _rewrite(table, lambda sql, mentioned=mentioned, table=table: _with(sql, table, mentioned))
        else:
            for column, target in mentioned.items():
                op.create_foreign_key(f"fk_{table}_{column}", table, target, [column], ["id"])


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _without(sql: str, table: str, columns: dict[str, str]) -> str:
    for column in columns:
        sql, found = re.subn(
            rf",\s*CONSTRAINT \"?fk_{table}_{column}\"? FOREIGN KEY\s*\(\"?{column}\"?\)\s*REFERENCES \"?\w+\"?\s*\(\"?id\"?\)",
            "",
            sql,
        )
        if found != 1:
            raise RuntimeError(f"{table}.{column}: no foreign key to take away")
    return sql


def _with(sql: str, table: str, mentioned: dict[str, str]) -> str:
    body, _, rest = sql.rpartition(")")
    keys = [
        f",\n\tCONSTRAINT fk_{table}_{column} FOREIGN KEY({column}) REFERENCES {target} (id)"
        for column, target in mentioned.items()
    ]
    return f"{body.rstrip()}{''.join(keys)}\n){rest}"


def _rewrite(table: str, change: Any) -> None:
    """Change the words a SQLite table was made by, as https://www.sqlite.org/lang_altertable.html says for what leaves the rows
    as they are: a copy of the table would lose its triggers."""
    bind = op.get_bind()
    sql = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"), {"table": table})
    number = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": change(sql), "table": table},
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={number + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
