"""Sums of the boards, and the triggers that note what they do not hold yet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    "board_fold",
    "book_sum",
    "home_sum",
    "board_step",
    "board_place",
    "person_sum",
    "unfolded_person",
    "unfolded_posting",
)
UNITS = "unit IN ('point', 'minute')"
FLOWS = (
    "flow IN ('granted', 'ungranted', 'reserved', 'returned', 'issued', 'reversed', 'held', 'released', 'spent', 'unspent', "
    "'donated', 'undonated', 'lapsed', 'unlapsed')"
)
NOTED = "entry_id, number, posted_at, unit, flow, amount, person_id"

# One statement per INSERT, however many rows it has: a bulk load pays for it once.
POSTGRESQL = (
    f"""
    CREATE FUNCTION note_postings() RETURNS trigger AS $$
    BEGIN
        INSERT INTO unfolded_posting ({NOTED}) SELECT {NOTED} FROM added;
        RETURN NULL;
    END $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER posting_noted AFTER INSERT ON posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_postings()
    """,
    """
    CREATE FUNCTION note_person() RETURNS trigger AS $$
    BEGIN
        INSERT INTO unfolded_person (person_id) VALUES (NEW.id);
        RETURN NULL;
    END $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER person_noted AFTER UPDATE OF home_area_id, shows_on_rankings, erased_at ON person FOR EACH ROW
    WHEN ((OLD.home_area_id, OLD.shows_on_rankings, OLD.erased_at)
        IS DISTINCT FROM (NEW.home_area_id, NEW.shows_on_rankings, NEW.erased_at))
    EXECUTE FUNCTION note_person()
    """,
    """
    CREATE FUNCTION note_residents() RETURNS trigger AS $$
    BEGIN
        INSERT INTO unfolded_person (person_id)
        SELECT id FROM person WHERE home_area_id IN (SELECT id FROM area WHERE path LIKE NEW.path || '%');
        RETURN NULL;
    END $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER area_noted AFTER UPDATE OF path, kind ON area FOR EACH ROW
    WHEN (OLD.path <> '' AND (OLD.path, OLD.kind) IS DISTINCT FROM (NEW.path, NEW.kind))
    EXECUTE FUNCTION note_residents()
    """,
)
SQLITE = (
    f"""
    CREATE TRIGGER posting_noted AFTER INSERT ON posting BEGIN
        INSERT INTO unfolded_posting ({NOTED}) VALUES (
            NEW.entry_id, NEW.number, NEW.posted_at, NEW.unit, NEW.flow, NEW.amount, NEW.person_id);
    END
    """,
    """
    CREATE TRIGGER person_noted AFTER UPDATE OF home_area_id, shows_on_rankings, erased_at ON person
    WHEN OLD.home_area_id IS NOT NEW.home_area_id OR OLD.shows_on_rankings IS NOT NEW.shows_on_rankings
        OR OLD.erased_at IS NOT NEW.erased_at
    BEGIN
        INSERT INTO unfolded_person (person_id) VALUES (NEW.id);
    END
    """,
    """
    CREATE TRIGGER area_noted AFTER UPDATE OF path, kind ON area
    WHEN OLD.path <> '' AND (OLD.path IS NOT NEW.path OR OLD.kind IS NOT NEW.kind)
    BEGIN
        INSERT INTO unfolded_person (person_id)
        SELECT id FROM person WHERE home_area_id IN (SELECT id FROM area WHERE path LIKE NEW.path || '%');
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "unfolded_posting",
        sa.Column("entry_id", BigId, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("posted_at", UTCDateTime(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("flow", sa.String(length=30), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_unfolded_posting")),
        sa.CheckConstraint(UNITS, name=op.f("ck_unfolded_posting_unit")),
        sa.CheckConstraint(FLOWS, name=op.f("ck_unfolded_posting_flow")),
    )
    op.create_table(
        "unfolded_person",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfolded_person")),
    )
    op.create_table(
        "person_sum",
        sa.Column("person_id", BigId, autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("home_id", BigId, nullable=True),
        sa.PrimaryKeyConstraint("person_id", "period", name=op.f("pk_person_sum")),
    )
    op.create_index("ix_person_sum_period", "person_sum", ["period"])
    op.create_table(
        "board_place",
        sa.Column("person_id", BigId, autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("area_id", BigId, autoincrement=False, nullable=False),
        sa.Column("rank_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "period", "area_id", name=op.f("pk_board_place")),
    )
    op.create_index("ix_board_place_rank", "board_place", ["area_id", "period", "rank_key", "person_id"])
    op.create_table(
        "board_step",
        sa.Column("area_id", BigId, autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("width", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("floor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("area_id", "period", "width", "floor", name=op.f("pk_board_step")),
    )
    op.create_table(
        "home_sum",
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("home_id", BigId, autoincrement=False, nullable=False),
        sa.Column("earners", sa.Integer(), nullable=False),
        sa.Column("helpers", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period", "home_id", name=op.f("pk_home_sum")),
    )
    op.create_table(
        "book_sum",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("flow", sa.String(length=30), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "unit", "flow", name=op.f("pk_book_sum")),
        sa.CheckConstraint(UNITS, name=op.f("ck_book_sum_unit")),
        sa.CheckConstraint(FLOWS, name=op.f("ck_book_sum_flow")),
    )
    op.create_table(
        "board_fold",
        sa.Column("id", BigId, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_fold")),
    )
    op.execute("INSERT INTO board_fold (id, version) VALUES (1, 0)")
    # What was posted before is folded by the worker like anything else.
    op.execute(f"INSERT INTO unfolded_posting ({NOTED}) SELECT {NOTED} FROM posting")
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, function in (("posting", "note_postings"), ("person", "note_person"), ("area", "note_residents")):
        op.execute(f"DROP TRIGGER {table}_noted" + (f" ON {table}" if is_postgresql else ""))
        if is_postgresql:
            op.execute(f"DROP FUNCTION {function}()")
    for table in TABLES:
        op.drop_table(table)
