"""Who joined since Monday is found by an index: the console's first page read everybody of a city for it"""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_person_created_at", "person", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_person_created_at", table_name="person")
