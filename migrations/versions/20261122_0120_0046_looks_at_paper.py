"""Who read the people of a sheet from paper stands in the access log, by the area of the sheet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None

LOOKED = ("rows", "saved", "proof", "dossier", "objection")
# A sheet belongs to an area, everything else to a branch in a round.
PLACE = (
    "(what = 'paper') = (area_id IS NOT NULL) AND (what = 'paper') = (branch_id IS NULL) "
    "AND (what = 'paper') = (round_id IS NULL)"
)


def upgrade() -> None:
    allow_changes("access_line")
    with op.batch_alter_table("access_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area_id", BigId, nullable=True))
        batch_op.create_foreign_key(op.f("fk_access_line_area_id"), "area", ["area_id"], ["id"])
        for column in ("round_id", "branch_id"):
            batch_op.alter_column(column, existing_type=BigId, nullable=True)
        _say_what(batch_op, (*LOOKED, "paper"))
        batch_op.create_check_constraint(op.f("ck_access_line_place"), PLACE)
    op.create_index("ix_access_line_area", "access_line", ["area_id", "id"])
    forbid_changes("access_line")


def downgrade() -> None:
    allow_changes("access_line")
    # What the version before does not know, it cannot keep.
    op.execute("DELETE FROM access_line WHERE what = 'paper'")
    op.drop_index("ix_access_line_area", table_name="access_line")
    with op.batch_alter_table("access_line", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_access_line_place"), type_="check")
        _say_what(batch_op, LOOKED)
        for column in ("round_id", "branch_id"):
            batch_op.alter_column(column, existing_type=BigId, nullable=False)
        batch_op.drop_constraint(op.f("fk_access_line_area_id"), type_="foreignkey")
        batch_op.drop_column("area_id")
    forbid_changes("access_line")


def _say_what(batch_op: BatchOperations, looked: tuple[str, ...]) -> None:
    """Say anew at what officers look. SQLite makes the table anew, so its triggers are taken away before and made again."""
    batch_op.drop_constraint(op.f("ck_access_line_what"), type_="check")
    quoted = ", ".join(f"'{what}'" for what in looked)
    batch_op.create_check_constraint(op.f("ck_access_line_what"), f"what IN ({quoted})")
