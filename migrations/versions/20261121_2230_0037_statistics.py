"""Statistics: running periods as counted last, finished ones as they stay"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0037"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "running_count",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_running_count")),
    )
    op.create_table(
        "statistic_sheet",
        sa.Column("id", BigId, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("cut_off_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistic_sheet")),
        sa.UniqueConstraint("period", name=op.f("uq_statistic_sheet_period")),
    )
    forbid_changes("statistic_sheet")


def downgrade() -> None:
    allow_changes("statistic_sheet")
    op.drop_table("statistic_sheet")
    op.drop_table("running_count")
