"""A task says in which system its coordinates are; who had a place and did not come is on record, with reasons and answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0028"
down_revision = "0036"
branch_labels = None
depends_on = None

STATES = "'noted', 'excuse_asked', 'excused', 'counted', 'appealed', 'upheld', 'withdrawn'"


def upgrade() -> None:
    # A column with its own CHECK: SQLite need not copy the whole table, and what stands there is WGS-84 as before.
    op.execute(
        "ALTER TABLE task ADD COLUMN coordinate_system VARCHAR(30) DEFAULT 'wgs84' NOT NULL"
        " CONSTRAINT ck_task_coordinate_system CHECK (coordinate_system IN ('wgs84', 'gcj02'))"
    )
    op.create_table(
        "no_show",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("signup_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("shift_ended_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.Column("excuse", sa.String(length=300), nullable=True),
        sa.Column("excused_before", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("appeal", sa.String(length=300), nullable=True),
        sa.Column("appealed_at", UTCDateTime(), nullable=True),
        sa.Column("appeal_decided_by_id", BigId, nullable=True),
        sa.Column("appeal_decided_at", UTCDateTime(), nullable=True),
        sa.Column("appeal_answer", sa.String(length=300), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_no_show_state")),
        sa.ForeignKeyConstraint(["appeal_decided_by_id"], ["person.id"], name=op.f("fk_no_show_appeal_decided_by_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_no_show_area_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_no_show_decided_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_no_show_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_no_show_shift_id")),
        sa.ForeignKeyConstraint(["signup_id"], ["signup.id"], name=op.f("fk_no_show_signup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_show")),
        sa.UniqueConstraint("public_id", name=op.f("uq_no_show_public_id")),
        sa.UniqueConstraint("signup_id", name=op.f("uq_no_show_signup_id")),
    )
    with op.batch_alter_table("no_show", schema=None) as batch_op:
        batch_op.create_index("ix_no_show_area_state", ["area_id", "state"], unique=False)
        batch_op.create_index("ix_no_show_person_ended", ["person_id", "shift_ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_no_show_shift_id"), ["shift_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("no_show", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_no_show_shift_id"))
        batch_op.drop_index("ix_no_show_person_ended")
        batch_op.drop_index("ix_no_show_area_state")
    op.drop_table("no_show")
    op.drop_column("task", "coordinate_system")
