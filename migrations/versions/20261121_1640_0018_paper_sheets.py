"""Work recorded on paper"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_sheet",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'rejected')", name=op.f("ck_paper_sheet_state")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_paper_sheet_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_paper_sheet_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_paper_sheet_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_sheet")),
        sa.UniqueConstraint("public_id", name=op.f("uq_paper_sheet_public_id")),
    )
    with op.batch_alter_table("paper_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_sheet_area_id"), ["area_id"], unique=False)
        batch_op.create_index("ix_paper_sheet_state", ["state", "id"], unique=False)

    op.create_table(
        "paper_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sheet_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_paper_line_minutes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_paper_line_person_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["paper_sheet.id"], name=op.f("fk_paper_line_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_line")),
    )
    with op.batch_alter_table("paper_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_line_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_paper_line_sheet_person", ["sheet_id", "person_id"], unique=True)
    forbid_changes("paper_line")


def downgrade() -> None:
    allow_changes("paper_line")
    with op.batch_alter_table("paper_line", schema=None) as batch_op:
        batch_op.drop_index("uq_paper_line_sheet_person")
        batch_op.drop_index(batch_op.f("ix_paper_line_person_id"))

    op.drop_table("paper_line")
    with op.batch_alter_table("paper_sheet", schema=None) as batch_op:
        batch_op.drop_index("ix_paper_sheet_state")
        batch_op.drop_index(batch_op.f("ix_paper_sheet_area_id"))

    op.drop_table("paper_sheet")
