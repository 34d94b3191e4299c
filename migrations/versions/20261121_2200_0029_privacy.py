"""Asking to be erased, and copies taken of one's records"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0029"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_id", BigId, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by_id", BigId, nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("ended", sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'withdrawn', 'done')", name=op.f("ck_erasure_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_person_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_erasure_asked_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_erasure_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("public_id", name=op.f("uq_erasure_public_id")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_erasure_state_due", ["state", "due_at"], unique=False)
        batch_op.create_index(
            "uq_erasure_waiting",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "records_copy",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_records_copy_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_copy")),
        sa.UniqueConstraint("public_id", name=op.f("uq_records_copy_public_id")),
    )
    with op.batch_alter_table("records_copy", schema=None) as batch_op:
        batch_op.create_index("ix_records_copy_person_at", ["person_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("records_copy")
    op.drop_table("erasure")
