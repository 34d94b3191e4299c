"""What was exported, word for word, with its digest and the code that answers for it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0025"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.CheckConstraint("kind IN ('standings', 'branch', 'wall', 'plan')", name=op.f("ck_export_kind")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_export_branch_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_export_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_export_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("code", name=op.f("uq_export_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_export_digest")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_round_id"), ["round_id"], unique=False)
    forbid_changes("export")


def downgrade() -> None:
    allow_changes("export")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_round_id"))
        batch_op.drop_index(batch_op.f("ix_export_branch_id"))

    op.drop_table("export")
