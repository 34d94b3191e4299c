"""One index of evidence for counting and for the newest rows, in place of two that kept the planner from counting by an index alone"""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0038"
branch_labels = None
depends_on = None

COVERED = ["area_id", "metric", "occurred_at", "id", "person_id", "recorded_at", "received_at", "quantity"]
COUNTED = ["area_id", "metric", "person_id", "occurred_at", "recorded_at", "received_at", "quantity"]
NEWEST = ["area_id", "metric", "occurred_at", "id"]


def upgrade() -> None:
    op.create_index("ix_evidence_covered", "evidence", COVERED)
    op.drop_index("ix_evidence_newest", table_name="evidence")
    op.drop_index("ix_evidence_counted", table_name="evidence")


def downgrade() -> None:
    op.create_index("ix_evidence_counted", "evidence", COUNTED)
    op.create_index("ix_evidence_newest", "evidence", NEWEST)
    op.drop_index("ix_evidence_covered", table_name="evidence")
