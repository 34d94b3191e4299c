"""Findings say whose deadline was told; a pass is opened once per reader and half-day; who read an objection stands in the access log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes

revision = "0026"
down_revision = "0031"
branch_labels = None
depends_on = None

LOOKED = ("rows", "saved", "proof", "dossier")


def upgrade() -> None:
    op.add_column("finding", sa.Column("told_near_on", sa.Date(), nullable=True))
    op.add_column("finding", sa.Column("told_late_on", sa.Date(), nullable=True))
    op.create_index("ix_finding_state_due_on", "finding", ["state", "due_on"])
    # Openings from before say neither: they stay as they were, each a line of its own.
    op.add_column("pass_opening", sa.Column("reader", sa.String(length=40), nullable=True))
    op.add_column("pass_opening", sa.Column("half_day", sa.String(length=12), nullable=True))
    op.create_index("uq_pass_opening_once", "pass_opening", ["pass_id", "reader", "half_day"], unique=True)
    _allow_looks((*LOOKED, "objection"))


def downgrade() -> None:
    allow_changes("access_line")
    # What the version before does not know, it cannot keep.
    op.execute("DELETE FROM access_line WHERE what = 'objection'")
    forbid_changes("access_line")
    _allow_looks(LOOKED)
    op.drop_index("uq_pass_opening_once", table_name="pass_opening")
    allow_changes("pass_opening")
    with op.batch_alter_table("pass_opening", schema=None) as batch_op:
        batch_op.drop_column("half_day")
        batch_op.drop_column("reader")
    forbid_changes("pass_opening")
    op.drop_index("ix_finding_state_due_on", table_name="finding")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("told_late_on")
        batch_op.drop_column("told_near_on")


def _allow_looks(looked: tuple[str, ...]) -> None:
    """Say anew at what officers look. SQLite makes the table anew, so its triggers are taken away before and made again."""
    allow_changes("access_line")
    with op.batch_alter_table("access_line", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_access_line_what"), type_="check")
        quoted = ", ".join(f"'{what}'" for what in looked)
        batch_op.create_check_constraint(op.f("ck_access_line_what"), f"what IN ({quoted})")
    forbid_changes("access_line")
