"""Items of a plan that a second person has looked at and accepted: what the metric "projects done" counts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: what refers to an item would be in the way of a table made anew.
    op.add_column("plan_item", sa.Column("accepted_at", UTCDateTime(), nullable=True))
    op.add_column("plan_item", sa.Column("accepted_by_id", BigId, nullable=True))


def downgrade() -> None:
    op.drop_column("plan_item", "accepted_by_id")
    op.drop_column("plan_item", "accepted_at")
