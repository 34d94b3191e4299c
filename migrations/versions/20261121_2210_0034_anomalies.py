"""Anomalies with their evidence and decisions, and how far the events were looked at"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

APPEND_ONLY = ("anomaly_evidence", "anomaly_step")
STATES = "state IN ('open', 'harmless', 'needs_correction', 'closed')"
IS_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "anomaly",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("area_id", BigId, nullable=True),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("merchant_id", BigId, nullable=True),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("rows >= 1", name=op.f("ck_anomaly_rows")),
        sa.CheckConstraint(STATES, name=op.f("ck_anomaly_state")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_anomaly_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_anomaly_by_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_anomaly_merchant_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_anomaly_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly")),
        sa.UniqueConstraint("public_id", name=op.f("uq_anomaly_public_id")),
    )
    with op.batch_alter_table("anomaly", schema=None) as batch_op:
        batch_op.create_index("ix_anomaly_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_anomaly_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_anomaly_open", ["rule", "key"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
        )
    op.create_table(
        "anomaly_evidence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("anomaly_id", BigId, nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("row_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["anomaly_id"], ["anomaly.id"], name=op.f("fk_anomaly_evidence_anomaly_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_evidence")),
    )
    with op.batch_alter_table("anomaly_evidence", schema=None) as batch_op:
        batch_op.create_index("ix_anomaly_evidence_anomaly", ["anomaly_id", "at", "id"], unique=False)
        batch_op.create_index("uq_anomaly_evidence_row", ["rule", "kind", "row_id"], unique=True)
    op.create_table(
        "anomaly_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("anomaly_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_anomaly_step_state")),
        sa.ForeignKeyConstraint(["anomaly_id"], ["anomaly.id"], name=op.f("fk_anomaly_step_anomaly_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_anomaly_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_step")),
    )
    with op.batch_alter_table("anomaly_step", schema=None) as batch_op:
        batch_op.create_index("ix_anomaly_step_anomaly", ["anomaly_id", "id"], unique=False)
    op.create_table(
        "watch_mark",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_watch_mark")),
    )
    for table in APPEND_ONLY:
        forbid_changes(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    op.drop_table("watch_mark")
    op.drop_table("anomaly_step")
    op.drop_table("anomaly_evidence")
    op.drop_table("anomaly")
