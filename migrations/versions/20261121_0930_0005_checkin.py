"""Check-in: attempts, attendance, corrections"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("signup_id", BigId, nullable=False),
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("checked_in_at", UTCDateTime(), nullable=False),
        sa.Column("checked_out_at", UTCDateTime(), nullable=True),
        sa.Column("cut_off", sa.Boolean(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("to_at", UTCDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("in_range", sa.Boolean(), nullable=True),
        sa.Column("way", sa.String(length=30), nullable=False),
        sa.Column("checked_in_by_id", BigId, nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=300), nullable=True),
        sa.Column("credited_at", UTCDateTime(), nullable=True),
        sa.Column("entry_id", BigId, nullable=True),
        sa.CheckConstraint(
            "state IN ('present', 'provisional', 'credited', 'voided')", name=op.f("ck_attendance_state")
        ),
        sa.CheckConstraint(
            "way IN ('venue_code', 'typed_code', 'poster', 'personal_code', 'leader_list', 'walk_in', 'system')",
            name=op.f("ck_attendance_way"),
        ),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_attendance_minutes")),
        sa.CheckConstraint("to_at >= from_at", name=op.f("ck_attendance_span")),
        sa.ForeignKeyConstraint(["checked_in_by_id"], ["person.id"], name=op.f("fk_attendance_checked_in_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_attendance_decided_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_attendance_shift_id")),
        sa.ForeignKeyConstraint(["signup_id"], ["signup.id"], name=op.f("fk_attendance_signup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendance_public_id")),
        sa.UniqueConstraint("signup_id", name=op.f("uq_attendance_signup_id")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_person_span", ["person_id", "from_at", "to_at"], unique=False)
        batch_op.create_index("ix_attendance_shift", ["shift_id"], unique=False)
        batch_op.create_index("ix_attendance_state_to", ["state", "to_at"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("signup_id", BigId, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_before", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked_by_id", BigId, nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("points_before", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("decline_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'approved', 'rejected')", name=op.f("ck_correction_state")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_correction_minutes")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_correction_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_correction_decided_by_id")),
        sa.ForeignKeyConstraint(["signup_id"], ["signup.id"], name=op.f("fk_correction_signup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_correction_public_id")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_signup_id"), ["signup_id"], unique=False)
        batch_op.create_index("ix_correction_state", ["state"], unique=False)
        batch_op.create_index(
            "uq_correction_pending",
            ["signup_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "scan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("shift_id", BigId, nullable=True),
        sa.Column("attendance_id", BigId, nullable=True),
        sa.Column("action", sa.String(length=30), nullable=True),
        sa.Column("way", sa.String(length=30), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("seal", sa.String(length=24), nullable=True),
        sa.CheckConstraint("action IN ('check_in', 'check_out')", name=op.f("ck_scan_action")),
        sa.CheckConstraint(
            "way IN ('venue_code', 'typed_code', 'poster', 'personal_code', 'leader_list', 'walk_in', 'system')",
            name=op.f("ck_scan_way"),
        ),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], name=op.f("fk_scan_attendance_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_scan_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scan_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_scan_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("seal", name=op.f("uq_scan_seal")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_scan_shift_at", ["shift_id", "at"], unique=False)
    forbid_changes("scan")


def downgrade() -> None:
    allow_changes("scan")
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index("ix_scan_shift_at")
        batch_op.drop_index(batch_op.f("ix_scan_person_id"))

    op.drop_table("scan")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_correction_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_correction_state")
        batch_op.drop_index(batch_op.f("ix_correction_signup_id"))

    op.drop_table("correction")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_state_to")
        batch_op.drop_index("ix_attendance_shift")
        batch_op.drop_index("ix_attendance_person_span")

    op.drop_table("attendance")
