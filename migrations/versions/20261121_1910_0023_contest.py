"""Promises of branches and what became of them, panels with their scores and results"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0023"
down_revision = "0019"
branch_labels = None
depends_on = None

APPEND_ONLY = ("pledge_step", "panel_score", "panel_excuse", "panel_result")


def upgrade() -> None:
    # Not in a batch: SQLite would make the table anew, without its triggers.
    op.add_column("assessment", sa.Column("origin", sa.String(length=40), nullable=True))
    op.create_table(
        "panel",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("held_at", UTCDateTime(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("drop_from", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("called_by_id", BigId, nullable=False),
        sa.Column("called_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'cancelled')", name=op.f("ck_panel_state")),
        sa.CheckConstraint("drop_from >= 3", name=op.f("ck_panel_drop_from")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_panel_area_id")),
        sa.ForeignKeyConstraint(["called_by_id"], ["person.id"], name=op.f("fk_panel_called_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_panel_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("public_id", name=op.f("uq_panel_public_id")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_area_id"), ["area_id"], unique=False)
        batch_op.create_index("ix_panel_round", ["round_id", "id"], unique=False)

    op.create_table(
        "pledge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("star", sa.String(length=40), nullable=False),
        sa.Column("promise", sa.String(length=120), nullable=False),
        sa.Column("shown_by", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("outcome IN ('kept', 'partly', 'not_kept')", name=op.f("ck_pledge_outcome")),
        sa.CheckConstraint(
            "state IN ('promised', 'reported', 'disputed', 'confirmed', 'withdrawn')", name=op.f("ck_pledge_state")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_pledge_branch_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_pledge_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pledge_public_id")),
    )
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index("ix_pledge_round_branch", ["round_id", "branch_id"], unique=False)

    op.create_table(
        "panel_branch",
        sa.Column("panel_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("is_void", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_panel_branch_branch_id")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_branch_panel_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_panel_branch_round_id")),
        sa.PrimaryKeyConstraint("panel_id", "branch_id", name=op.f("pk_panel_branch")),
    )
    with op.batch_alter_table("panel_branch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_branch_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(
            "uq_panel_branch_once",
            ["round_id", "indicator", "branch_id"],
            unique=True,
            sqlite_where=sa.text("NOT is_void"),
            postgresql_where=sa.text("NOT is_void"),
        )

    op.create_table(
        "panel_seat",
        sa.Column("panel_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("is_chair", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_scoring", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_seat_panel_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_panel_seat_person_id")),
        sa.PrimaryKeyConstraint("panel_id", "person_id", name=op.f("pk_panel_seat")),
    )
    with op.batch_alter_table("panel_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_seat_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_panel_seat_chair",
            ["panel_id"],
            unique=True,
            sqlite_where=sa.text("is_chair"),
            postgresql_where=sa.text("is_chair"),
        )

    op.create_table(
        "panel_excuse",
        sa.Column("panel_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_panel_excuse_by_id")),
        sa.ForeignKeyConstraint(
            ["panel_id", "branch_id"],
            ["panel_branch.panel_id", "panel_branch.branch_id"],
            name="fk_panel_excuse_branch",
        ),
        sa.ForeignKeyConstraint(
            ["panel_id", "person_id"], ["panel_seat.panel_id", "panel_seat.person_id"], name="fk_panel_excuse_seat"
        ),
        sa.PrimaryKeyConstraint("panel_id", "person_id", "branch_id", name=op.f("pk_panel_excuse")),
    )
    op.create_table(
        "panel_result",
        sa.Column("panel_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("mean_hundredths", sa.Integer(), nullable=False),
        sa.Column("assessment_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_panel_result_assessment_id")),
        sa.ForeignKeyConstraint(
            ["panel_id", "branch_id"],
            ["panel_branch.panel_id", "panel_branch.branch_id"],
            name="fk_panel_result_branch",
        ),
        sa.PrimaryKeyConstraint("panel_id", "branch_id", name=op.f("pk_panel_result")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_panel_result_assessment_id")),
    )
    op.create_table(
        "panel_score",
        sa.Column("id", BigId, nullable=False),
        sa.Column("panel_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("score_hundredths", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("score_hundredths >= 0", name=op.f("ck_panel_score_score")),
        sa.ForeignKeyConstraint(
            ["panel_id", "branch_id"], ["panel_branch.panel_id", "panel_branch.branch_id"], name="fk_panel_score_branch"
        ),
        sa.ForeignKeyConstraint(
            ["panel_id", "person_id"], ["panel_seat.panel_id", "panel_seat.person_id"], name="fk_panel_score_seat"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_score")),
    )
    with op.batch_alter_table("panel_score", schema=None) as batch_op:
        batch_op.create_index(
            "ix_panel_score_panel_branch_person", ["panel_id", "branch_id", "person_id"], unique=False
        )

    op.create_table(
        "pledge_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pledge_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("plan_item_id", BigId, nullable=True),
        sa.Column("evidence_id", BigId, nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('published', 'withdrawn', 'reported', 'confirmed', 'disputed')", name=op.f("ck_pledge_step_kind")
        ),
        sa.CheckConstraint("outcome IN ('kept', 'partly', 'not_kept')", name=op.f("ck_pledge_step_outcome")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pledge_step_by_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_pledge_step_evidence_id")),
        sa.ForeignKeyConstraint(["plan_item_id"], ["plan_item.id"], name=op.f("fk_pledge_step_plan_item_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_step_pledge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_step")),
    )
    with op.batch_alter_table("pledge_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_step_pledge_id"), ["pledge_id"], unique=False)
    for table in APPEND_ONLY:
        forbid_changes(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    with op.batch_alter_table("pledge_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_step_pledge_id"))

    op.drop_table("pledge_step")
    with op.batch_alter_table("panel_score", schema=None) as batch_op:
        batch_op.drop_index("ix_panel_score_panel_branch_person")

    op.drop_table("panel_score")
    op.drop_table("panel_result")
    op.drop_table("panel_excuse")
    with op.batch_alter_table("panel_seat", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_panel_seat_chair", sqlite_where=sa.text("is_chair"), postgresql_where=sa.text("is_chair")
        )
        batch_op.drop_index(batch_op.f("ix_panel_seat_person_id"))

    op.drop_table("panel_seat")
    with op.batch_alter_table("panel_branch", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_panel_branch_once", sqlite_where=sa.text("NOT is_void"), postgresql_where=sa.text("NOT is_void")
        )
        batch_op.drop_index(batch_op.f("ix_panel_branch_branch_id"))

    op.drop_table("panel_branch")
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.drop_index("ix_pledge_round_branch")
        batch_op.drop_index(batch_op.f("ix_pledge_branch_id"))

    op.drop_table("pledge")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index("ix_panel_round")
        batch_op.drop_index(batch_op.f("ix_panel_area_id"))

    op.drop_table("panel")
    op.drop_column("assessment", "origin")
