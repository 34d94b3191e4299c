"""Watch: the last measurement of each figure, and codes that were well-formed but not ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_code")),
    )
    with op.batch_alter_table("failed_code", schema=None) as batch_op:
        batch_op.create_index("ix_failed_code_at", ["at"], unique=False)
        batch_op.create_index("ix_failed_code_key_at", ["key", "at"], unique=False)

    op.create_table(
        "figure",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", name=op.f("pk_figure")),
    )


def downgrade() -> None:
    op.drop_table("figure")
    with op.batch_alter_table("failed_code", schema=None) as batch_op:
        batch_op.drop_index("ix_failed_code_key_at")
        batch_op.drop_index("ix_failed_code_at")

    op.drop_table("failed_code")
