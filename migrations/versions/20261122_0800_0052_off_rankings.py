"""Who chose to stand on no ranking, not even the own community's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import UTCDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

WATCHED = ("home_area_id", "shows_on_rankings", "erased_at")


def upgrade() -> None:
    op.add_column("person", sa.Column("off_rankings_since", UTCDateTime(), nullable=True))
    _watch(*WATCHED, "off_rankings_since")


def downgrade() -> None:
    _watch(*WATCHED)
    op.drop_column("person", "off_rankings_since")


def _watch(*columns: str) -> None:
    """Let the boards be told when one of these columns of a person changes: the trigger of 0011, with other columns."""
    if op.get_bind().dialect.name == "postgresql":
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        op.execute("DROP TRIGGER person_noted ON person")
        op.execute(
            f"CREATE TRIGGER person_noted AFTER UPDATE OF {', '.join(columns)} ON person FOR EACH ROW "
            f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION note_person()"
        )
        return
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    op.execute("DROP TRIGGER person_noted")
    op.execute(
        f"CREATE TRIGGER person_noted AFTER UPDATE OF {', '.join(columns)} ON person WHEN {differs} "
        "BEGIN INSERT INTO unfolded_person (person_id) VALUES (NEW.id); END"
    )
