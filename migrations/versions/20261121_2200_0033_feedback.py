"""Opinions and complaints with every step, searches of the audit log, and the indexes of a person's timeline"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_search",)
KINDS = "'suggestion', 'records', 'shop', 'conduct', 'privacy', 'other'"
STEPS = "'received', 'assigned', 'answered', 'dissatisfied', 'overdue', 'looked', 'satisfied', 'lapsed', 'withdrawn'"
BY_OTHERS = sa.text("actor_id IS NOT NULL AND (person_id IS NULL OR actor_id <> person_id)")
REFUSED = sa.text("is_accepted IS FALSE")
BY_GUESTS = sa.text("person_id IS NULL")
ACTS = {"at": ["at"], "actor": ["actor_id", "at"], "person": ["person_id", "at"]}


def upgrade() -> None:
    op.create_table(
        "audit_search",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_audit_search_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_search")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_search_public_id")),
    )
    with op.batch_alter_table("audit_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_search_by_id"), ["by_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("page", sa.String(length=120), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("contact", sa.String(length=60), nullable=False),
        sa.Column("about_area_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("handler_id", BigId, nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("is_satisfied", sa.Boolean(), nullable=True),
        sa.Column("climbs", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("late_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_feedback_kind")),
        sa.CheckConstraint("state IN ('open', 'answered', 'closed', 'withdrawn')", name=op.f("ck_feedback_state")),
        sa.CheckConstraint("(person_id IS NULL) = (secret_hash IS NOT NULL)", name=op.f("ck_feedback_followed")),
        sa.CheckConstraint(
            "(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)", name=op.f("ck_feedback_closed")
        ),
        sa.ForeignKeyConstraint(["about_area_id"], ["area.id"], name=op.f("fk_feedback_about_area_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_feedback_area_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["person.id"], name=op.f("fk_feedback_handler_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feedback_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("number", name=op.f("uq_feedback_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_feedback_public_id")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index("ix_feedback_area_state", ["area_id", "state", "id"], unique=False)
        batch_op.create_index(
            "ix_feedback_guest_at", ["created_at"], unique=False, sqlite_where=BY_GUESTS, postgresql_where=BY_GUESTS
        )
        batch_op.create_index("ix_feedback_handler_state", ["handler_id", "state"], unique=False)
        batch_op.create_index("ix_feedback_person", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_feedback_state_due", ["state", "due_at"], unique=False)
    op.create_table(
        "feedback_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("feedback_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("handler_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(f"kind IN ({STEPS})", name=op.f("ck_feedback_step_kind")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_feedback_step_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_feedback_step_by_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_feedback_step_feedback_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["person.id"], name=op.f("fk_feedback_step_handler_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_step")),
    )
    with op.batch_alter_table("feedback_step", schema=None) as batch_op:
        batch_op.create_index("ix_feedback_step_feedback", ["feedback_id", "id"], unique=False)
    for table in APPEND_ONLY:
        forbid_changes(table)
    for name, columns in ACTS.items():
        op.create_index(f"ix_event_act_{name}", "event", columns, sqlite_where=BY_OTHERS, postgresql_where=BY_OTHERS)
    op.create_index(
        "ix_scan_refused_person", "scan", ["person_id", "at"], sqlite_where=REFUSED, postgresql_where=REFUSED
    )


def downgrade() -> None:
    op.drop_index("ix_scan_refused_person", table_name="scan")
    for name in ACTS:
        op.drop_index(f"ix_event_act_{name}", table_name="event")
    for table in APPEND_ONLY:
        allow_changes(table)
    op.drop_table("feedback_step")
    op.drop_table("feedback")
    op.drop_table("audit_search")
