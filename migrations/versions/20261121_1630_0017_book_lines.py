"""The lines of a book in one index: a proof of a million books reads nothing else, in their order"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME = "ix_posting_person"
KEY, LINES = ["person_id", "unit", "entry_id"], ["change", "balance_after"]


def upgrade() -> None:
    op.drop_index(NAME, "posting")
    op.create_index(NAME, "posting", [*KEY, *LINES])


def downgrade() -> None:
    op.drop_index(NAME, "posting")
    op.create_index(NAME, "posting", KEY)
