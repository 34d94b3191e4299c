"""Counts of the branches per round, and the triggers that note where they are out of date"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# table -> (name, when, what is noted); a place that moved may have been below any branch
OF_BRANCH = "SELECT area_id FROM branch WHERE id = NEW.branch_id"
ANYWHERE = "VALUES (NULL)"
NOTES = (
    ("evidence", "evidence_noted", "INSERT", "VALUES (NEW.area_id)"),
    ("membership", "membership_came", "INSERT", OF_BRANCH),
    ("membership", "membership_changed", "UPDATE OF branch_id, person_id, starts_at, ended_at", OF_BRANCH),
    ("membership", "membership_went", "DELETE", ANYWHERE),
    ("round_branch", "round_branch_came", "INSERT", OF_BRANCH),
    ("branch", "branch_moved", "UPDATE OF area_id", "VALUES (NEW.area_id)"),
    ("area", "area_moved", "UPDATE OF path", ANYWHERE),
    ("star_round", "star_round_closed", "UPDATE OF closed_at", ANYWHERE),
)


def upgrade() -> None:
    op.create_table(
        "stale_area",
        sa.Column("id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_area")),
    )
    op.create_table(
        "branch_tally",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_branch_tally_branch_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_branch_tally_round_id")),
        sa.PrimaryKeyConstraint("round_id", "branch_id", name=op.f("pk_branch_tally")),
    )
    op.create_index(op.f("ix_branch_tally_branch_id"), "branch_tally", ["branch_id"])
    op.create_index(
        "ix_branch_tally_stale",
        "branch_tally",
        ["counted_at"],
        sqlite_where=sa.text("is_stale"),
        postgresql_where=sa.text("is_stale"),
    )
    op.execute("INSERT INTO stale_area (area_id) VALUES (NULL)")
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, name, when, noted in NOTES:
        note = f"INSERT INTO stale_area (area_id) {noted};"
        if not is_postgresql:
            op.execute(f"CREATE TRIGGER {name} AFTER {when} ON {table} BEGIN {note} END")
            continue
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {note} RETURN NULL; END $$ LANGUAGE plpgsql")
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, name, _when, _noted in NOTES:
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))
        if is_postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("branch_tally")
    op.drop_table("stale_area")
