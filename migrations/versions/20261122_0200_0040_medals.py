"""Medals, and how far the worker has looked for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

SERIES = "series IN ('services', 'hours', 'months', 'organisers', 'kinds', 'elders', 'deeds')"


def upgrade() -> None:
    op.create_table(
        "medal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("series", sa.String(length=30), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("won_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(SERIES, name=op.f("ck_medal_series")),
        sa.CheckConstraint("value >= least", name=op.f("ck_medal_value")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_medal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medal")),
        sa.UniqueConstraint("person_id", "series", "least", name=op.f("uq_medal_person_id_series_least")),
        sa.UniqueConstraint("public_id", name=op.f("uq_medal_public_id")),
    )
    op.create_table(
        "medal_mark",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_medal_mark")),
    )


def downgrade() -> None:
    op.drop_table("medal_mark")
    op.drop_table("medal")
