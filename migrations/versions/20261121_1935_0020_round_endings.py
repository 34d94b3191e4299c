"""How rounds end: cut-off, publication, objections, stored editions and their errata"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core import clock
from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime
from pointsapp.core.working_days import after_working_days

revision = "0020"
down_revision = "0021"
branch_labels = None
depends_on = None

APPEND_ONLY = ("round_publication", "round_edition", "edition_row")
COUNTED = ["area_id", "metric", "person_id", "occurred_at", "recorded_at"]
WORKING_DAYS = 5
# What a change of decides what a round counts: everything is counted anew (the trigger of migration 0014).
WATCHED, WATCHED_BEFORE = "cut_off_at, published_at, closed_at, admitted", "closed_at"


def upgrade() -> None:
    op.add_column("evidence", sa.Column("received_at", UTCDateTime(), nullable=True))
    _index_evidence([*COUNTED, "received_at", "quantity"])
    for column in (
        sa.Column("cut_off_at", UTCDateTime(), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("objections_until", UTCDateTime(), nullable=True),
        sa.Column("admitted", sa.JSON(), nullable=True),
    ):
        op.add_column("star_round", column)
    _date_what_is_there()
    _rebuild_round(("open", "published", "closed"), WATCHED)
    _create_tables()
    for table in APPEND_ONLY:
        forbid_changes(table)


def _date_what_is_there() -> None:
    """A round that closed counted what was known then; one that runs ends five working days after its quarter."""
    star_round = sa.table(
        "star_round",
        sa.column("id", BigId),
        sa.column("ends_on", sa.Date),
        sa.column("closed_at", UTCDateTime()),
        sa.column("cut_off_at", UTCDateTime()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(star_round)).all():
        _start, end = clock.day_bounds(after_working_days(row.ends_on, WORKING_DAYS))
        connection.execute(star_round.update().where(star_round.c.id == row.id).values(cut_off_at=row.closed_at or end))


def _index_evidence(columns: list[str]) -> None:
    op.drop_index("ix_evidence_counted", table_name="evidence")
    op.create_index("ix_evidence_counted", "evidence", columns, unique=False)


def _rebuild_round(states: tuple[str, ...], watched: str, *, without: tuple[str, ...] = ()) -> None:
    """Say anew which states there are; on SQLite that makes the table anew, with its checks and without its trigger."""
    within = f"state IN ({', '.join(repr(state) for state in states)})"
    has_cut_off = not without
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER star_round_closed ON star_round")
        op.drop_constraint(op.f("ck_star_round_state"), "star_round", type_="check")
        op.create_check_constraint(op.f("ck_star_round_state"), "star_round", within)
        if has_cut_off:
            op.alter_column("star_round", "cut_off_at", existing_type=UTCDateTime(), nullable=False)
        for name in without:
            op.drop_column("star_round", name)
        op.execute(
            f"CREATE TRIGGER star_round_closed AFTER UPDATE OF {watched} ON star_round "
            "FOR EACH ROW EXECUTE FUNCTION star_round_closed()"
        )
        return
    op.execute("DROP TRIGGER star_round_closed")
    with op.batch_alter_table("star_round", recreate="always") as batch_op:
        batch_op.drop_constraint(op.f("ck_star_round_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_star_round_state"), within)
        if has_cut_off:
            batch_op.alter_column("cut_off_at", existing_type=UTCDateTime(), nullable=False)
        for name in without:
            batch_op.drop_column(name)
    op.execute(
        f"CREATE TRIGGER star_round_closed AFTER UPDATE OF {watched} ON star_round "
        "BEGIN INSERT INTO stale_area (area_id) VALUES (NULL); END"
    )


def _create_tables() -> None:
    op.create_table(
        "round_publication",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_round_publication_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_round_publication_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_publication")),
    )
    op.create_table(
        "objection",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_by_id", BigId, nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("assessment_id", BigId, nullable=True),
        sa.Column("admitted", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'upheld', 'rejected')", name=op.f("ck_objection_state")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_objection_answered")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_objection_answered_by_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_objection_assessment_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_objection_branch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_objection_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_objection_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("public_id", name=op.f("uq_objection_public_id")),
    )
    op.create_index("ix_objection_round_state", "objection", ["round_id", "state"])
    for column in ("assessment_id", "branch_id", "by_id"):
        op.create_index(op.f(f"ix_objection_{column}"), "objection", [column])
    op.create_table(
        "round_edition",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scheme_digest", sa.String(length=64), nullable=False),
        sa.Column("cut_off_at", UTCDateTime(), nullable=False),
        sa.Column("frozen_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('freeze', 'erratum', 'taken_back')", name=op.f("ck_round_edition_kind")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_round_edition_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_edition")),
        sa.UniqueConstraint("public_id", name=op.f("uq_round_edition_public_id")),
    )
    op.create_index("uq_round_edition_round_number", "round_edition", ["round_id", "number"], unique=True)
    op.create_index(op.f("ix_round_edition_digest"), "round_edition", ["digest"])
    op.create_table(
        "edition_row",
        sa.Column("edition_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("total_hundredths", sa.Integer(), nullable=False),
        sa.Column("lit_stars", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_edition_row_branch_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["round_edition.id"], name=op.f("fk_edition_row_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "branch_id", name=op.f("pk_edition_row")),
    )
    op.create_index(op.f("ix_edition_row_branch_id"), "edition_row", ["branch_id"])
    op.create_table(
        "erratum",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decline_reason", sa.String(length=300), nullable=True),
        sa.Column("edition_id", BigId, nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'rejected')", name=op.f("ck_erratum_state")),
        sa.CheckConstraint("kind IN ('erratum', 'taken_back')", name=op.f("ck_erratum_kind")),
        sa.CheckConstraint("(kind = 'erratum') = (corrected IS NOT NULL)", name=op.f("ck_erratum_corrected")),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> by_id", name=op.f("ck_erratum_two_people")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_erratum_branch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_erratum_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_erratum_decided_by_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["round_edition.id"], name=op.f("fk_erratum_edition_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_erratum_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erratum")),
        sa.UniqueConstraint("public_id", name=op.f("uq_erratum_public_id")),
    )
    op.create_index("ix_erratum_round_state", "erratum", ["round_id", "state"])
    for column in ("branch_id", "edition_id"):
        op.create_index(op.f(f"ix_erratum_{column}"), "erratum", [column])


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    for table in ("erratum", "edition_row", "round_edition", "objection", "round_publication"):
        op.drop_table(table)
    op.execute("UPDATE star_round SET state = 'open' WHERE state = 'published'")
    _rebuild_round(
        ("open", "closed"), WATCHED_BEFORE, without=("cut_off_at", "published_at", "objections_until", "admitted")
    )
    _index_evidence([*COUNTED, "quantity"])
    op.drop_column("evidence", "received_at")
