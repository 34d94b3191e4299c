"""The newest evidence of an area by an index; counts say how many rows are behind them, and notes which row is missing there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId

revision = "0027"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("branch_tally", sa.Column("row_counts", sa.JSON(), nullable=True))
    op.add_column("stale_area", sa.Column("evidence_id", BigId, nullable=True))
    op.create_index("ix_evidence_newest", "evidence", ["area_id", "metric", "occurred_at", "id"])
    _note_evidence("(area_id, evidence_id) VALUES (NEW.area_id, NEW.id)")
    op.execute("INSERT INTO stale_area (area_id) VALUES (NULL)")  # the worker counts them once more


def downgrade() -> None:
    _note_evidence("(area_id) VALUES (NEW.area_id)")
    op.drop_index("ix_evidence_newest", table_name="evidence")
    op.drop_column("stale_area", "evidence_id")
    op.drop_column("branch_tally", "row_counts")


def _note_evidence(noted: str) -> None:
    """Let the trigger on new evidence note this."""
    note = f"INSERT INTO stale_area {noted};"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE OR REPLACE FUNCTION evidence_noted() RETURNS trigger AS $$ BEGIN {note} RETURN NULL; END $$ LANGUAGE plpgsql"
        )
        return
    op.execute("DROP TRIGGER evidence_noted")
    op.execute(f"CREATE TRIGGER evidence_noted AFTER INSERT ON evidence BEGIN {note} END")
