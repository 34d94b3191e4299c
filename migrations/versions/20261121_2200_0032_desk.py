"""The staff desk: deputies, drafts that wait for a second person, what went up because it was late, who was told, templates, pictures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0032"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drop_open_index()
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deputy_of_id", BigId, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_role_grant_deputy_of_id"), "role_grant", ["deputy_of_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_role_grant_deputy_of_id"), ["deputy_of_id"], unique=False)
    _create_open_index()
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approval_needed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("picture", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("picture_words", sa.String(length=120), nullable=True))
    op.create_table(
        "task_template",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("shifts", sa.JSON(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_task_template_area_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_task_template_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_template")),
        sa.UniqueConstraint("public_id", name=op.f("uq_task_template_public_id")),
    )
    with op.batch_alter_table("task_template", schema=None) as batch_op:
        batch_op.create_index(
            "uq_task_template_name",
            ["area_id", "name"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
    op.create_table(
        "desk_climb",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_climb")),
    )
    with op.batch_alter_table("desk_climb", schema=None) as batch_op:
        batch_op.create_index("uq_desk_climb_step", ["kind", "number", "since", "step"], unique=True)
    op.create_table(
        "offline_tick",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("captured_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("action IN ('check_in', 'check_out')", name=op.f("ck_offline_tick_action")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_offline_tick_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offline_tick_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_offline_tick_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_tick")),
    )
    with op.batch_alter_table("offline_tick", schema=None) as batch_op:
        batch_op.create_index("ix_offline_tick_shift", ["shift_id", "id"], unique=False)
        batch_op.create_index("uq_offline_tick_key", ["by_id", "key"], unique=True)
    op.create_table(
        "desk_reach",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("shift_id", BigId, nullable=True),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("matters_until", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("told_by_id", BigId, nullable=True),
        sa.Column("way", sa.String(length=30), nullable=True),
        sa.CheckConstraint("way IN ('phone', 'in_person', 'neighbour', 'no_answer')", name=op.f("ck_desk_reach_way")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_desk_reach_area_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_desk_reach_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_desk_reach_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_desk_reach_shift_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_desk_reach_task_id")),
        sa.ForeignKeyConstraint(["told_by_id"], ["person.id"], name=op.f("fk_desk_reach_told_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_reach")),
        sa.UniqueConstraint("event_id", name=op.f("uq_desk_reach_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_desk_reach_public_id")),
    )
    with op.batch_alter_table("desk_reach", schema=None) as batch_op:
        batch_op.create_index("ix_desk_reach_task", ["task_id", "at"], unique=False)
        batch_op.create_index(
            "ix_desk_reach_open",
            ["area_id"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("desk_reach", schema=None) as batch_op:
        batch_op.drop_index("ix_desk_reach_open")
        batch_op.drop_index("ix_desk_reach_task")
    op.drop_table("desk_reach")
    with op.batch_alter_table("offline_tick", schema=None) as batch_op:
        batch_op.drop_index("uq_offline_tick_key")
        batch_op.drop_index("ix_offline_tick_shift")
    op.drop_table("offline_tick")
    with op.batch_alter_table("desk_climb", schema=None) as batch_op:
        batch_op.drop_index("uq_desk_climb_step")
    op.drop_table("desk_climb")
    with op.batch_alter_table("task_template", schema=None) as batch_op:
        batch_op.drop_index("uq_task_template_name")
    op.drop_table("task_template")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("picture_words")
        batch_op.drop_column("picture")
        batch_op.drop_column("approval_needed_at")
    _drop_open_index()
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_deputy_of_id"))
        batch_op.drop_constraint(batch_op.f("fk_role_grant_deputy_of_id"), type_="foreignkey")
        batch_op.drop_column("deputy_of_id")
    _create_open_index()


def _drop_open_index() -> None:
    # SQLite makes the table anew: the partial index is taken away before and made again, so that it keeps its condition.
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index("uq_role_grant_open")


def _create_open_index() -> None:
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(
            "uq_role_grant_open",
            ["person_id", "role", "scope"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
