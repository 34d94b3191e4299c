"""A shift is gone through after it, and closed: who did, and how it stood then"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0042"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shift_closing",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.Column("closed_by_id", BigId, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_shift_closing_closed_by_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_shift_closing_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_closing")),
    )
    with op.batch_alter_table("shift_closing", schema=None) as batch_op:
        batch_op.create_index("uq_shift_closing_round", ["shift_id", "round"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("shift_closing", schema=None) as batch_op:
        batch_op.drop_index("uq_shift_closing_round")

    op.drop_table("shift_closing")
