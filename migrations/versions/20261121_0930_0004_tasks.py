"""Tasks, shifts, sign-ups, and the notice text a volunteer accepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


CATEGORIES = (
    ("environment", "环境保洁"),
    ("patrol", "平安巡逻"),
    ("elder_care", "敬老助老"),
    ("children", "关爱儿童"),
    ("culture", "文化文明"),
    ("health", "健康义诊"),
    ("safety", "安全防范"),
    ("traffic", "文明交通"),
    ("convenience", "便民服务"),
    ("other", "其他"),
)


def upgrade() -> None:
    op.create_table(
        "task_category",
        sa.Column("key", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_task_category")),
    )
    op.create_table(
        "task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("checkin_radius_m", sa.Integer(), nullable=True),
        sa.Column("has_poster", sa.Boolean(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("points_mode", sa.String(length=30), nullable=False),
        sa.Column("check_out_required", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("risks", sa.Text(), nullable=True),
        sa.Column("safeguards", sa.Text(), nullable=True),
        sa.Column("insurance", sa.Text(), nullable=True),
        sa.Column("what_to_bring", sa.Text(), nullable=True),
        sa.Column("contact", sa.String(length=120), nullable=True),
        sa.Column("organiser", sa.String(length=80), nullable=True),
        sa.Column("waitlist", sa.Boolean(), nullable=False),
        sa.Column("signup_opens_at", UTCDateTime(), nullable=True),
        sa.Column("cancel_until_minutes", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("approved_by_id", BigId, nullable=True),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("budget_account", sa.String(length=80), nullable=True),
        sa.Column("rule_version_id", sa.Integer(), nullable=True),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("audience IN ('district', 'area')", name=op.f("ck_task_audience")),
        sa.CheckConstraint("points_mode <> 'per_hour' OR check_out_required", name=op.f("ck_task_per_hour_checks_out")),
        sa.CheckConstraint("points_mode IN ('per_completion', 'per_hour')", name=op.f("ck_task_points_mode")),
        sa.CheckConstraint("state IN ('draft', 'published', 'closed', 'cancelled')", name=op.f("ck_task_state")),
        sa.CheckConstraint("points BETWEEN 0 AND 10000", name=op.f("ck_task_points")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_task_approved_by_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_task_area_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_task_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("public_id", name=op.f("uq_task_public_id")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index("ix_task_state_area", ["state", "area_id"], unique=False)

    op.create_table(
        "notice_text",
        sa.Column("id", BigId, nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_notice_text_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_text")),
    )
    with op.batch_alter_table("notice_text", schema=None) as batch_op:
        batch_op.create_index("uq_notice_text_task_version", ["task_id", "version"], unique=True)

    op.create_table(
        "shift",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("stopped_at", UTCDateTime(), nullable=True),
        sa.Column("stop_reason", sa.String(length=300), nullable=True),
        sa.Column("moved_from_at", UTCDateTime(), nullable=True),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("state IN ('open', 'stopped')", name=op.f("ck_shift_state")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 10000", name=op.f("ck_shift_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_ends_after_start")),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_shift_taken")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_shift_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shift_public_id")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index("ix_shift_ends_at", ["ends_at"], unique=False)
        batch_op.create_index("ix_shift_starts_at", ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_task_id"), ["task_id"], unique=False)

    op.create_table(
        "shift_leader",
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shift_leader_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_shift_leader_shift_id")),
        sa.PrimaryKeyConstraint("shift_id", "person_id", name=op.f("pk_shift_leader")),
    )
    with op.batch_alter_table("shift_leader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_leader_person_id"), ["person_id"], unique=False)

    op.create_table(
        "signup",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("offer_expires_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_because", sa.String(length=30), nullable=True),
        sa.Column("accepted_notice_version", sa.Integer(), nullable=False),
        sa.Column("is_walk_in", sa.Boolean(), nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('confirmed', 'waitlisted', 'offered', 'cancelled')", name=op.f("ck_signup_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signup_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_signup_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signup_public_id")),
    )
    with op.batch_alter_table("signup", schema=None) as batch_op:
        batch_op.create_index("ix_signup_person_state", ["person_id", "state"], unique=False)
        batch_op.create_index("ix_signup_queue", ["shift_id", "state", "queued_at"], unique=False)
        batch_op.create_index(
            "uq_signup_live",
            ["shift_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
    forbid_changes("notice_text")
    categories = sa.table("task_category", sa.column("key"), sa.column("name"), sa.column("position"))
    op.bulk_insert(
        categories,
        [{"key": key, "name": name, "position": place} for place, (key, name) in enumerate(CATEGORIES, start=1)],
    )


def downgrade() -> None:
    allow_changes("notice_text")
    with op.batch_alter_table("signup", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_signup_live",
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
        batch_op.drop_index("ix_signup_queue")
        batch_op.drop_index("ix_signup_person_state")

    op.drop_table("signup")
    with op.batch_alter_table("shift_leader", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_leader_person_id"))

    op.drop_table("shift_leader")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_task_id"))
        batch_op.drop_index("ix_shift_starts_at")
        batch_op.drop_index("ix_shift_ends_at")

    op.drop_table("shift")
    with op.batch_alter_table("notice_text", schema=None) as batch_op:
        batch_op.drop_index("uq_notice_text_task_version")

    op.drop_table("notice_text")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_state_area")
        batch_op.drop_index(batch_op.f("ix_task_created_by_id"))
        batch_op.drop_index(batch_op.f("ix_task_area_id"))

    op.drop_table("task")
    op.drop_table("task_category")
