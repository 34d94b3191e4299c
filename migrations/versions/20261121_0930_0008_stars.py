"""Branches, schemes, rounds, evidence"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = ("scheme_version", "area_headcount", "evidence", "assessment")


def upgrade() -> None:
    op.create_table(
        "scheme_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("imported_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scheme_version_public_id")),
    )
    with op.batch_alter_table("scheme_version", schema=None) as batch_op:
        batch_op.create_index("uq_scheme_version_code_version", ["code", "version"], unique=True)

    op.create_table(
        "area_headcount",
        sa.Column("id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_area_headcount_people")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_headcount_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_headcount")),
    )
    with op.batch_alter_table("area_headcount", schema=None) as batch_op:
        batch_op.create_index("uq_area_headcount_area_counted", ["area_id", "counted_on"], unique=True)

    op.create_table(
        "branch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('committee', 'general_branch', 'branch', 'group')", name=op.f("ck_branch_kind")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_branch_area_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["branch.id"], name=op.f("fk_branch_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("code", name=op.f("uq_branch_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_branch_public_id")),
    )
    with op.batch_alter_table("branch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branch_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_branch_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "star_round",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("scheme_code", sa.String(length=40), nullable=False),
        sa.Column("scheme_version_id", BigId, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_star_round_state")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_star_round_span")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"], ["scheme_version.id"], name=op.f("fk_star_round_scheme_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_round")),
        sa.UniqueConstraint("public_id", name=op.f("uq_star_round_public_id")),
    )
    with op.batch_alter_table("star_round", schema=None) as batch_op:
        batch_op.create_index("uq_star_round_scheme_starts", ["scheme_code", "starts_on"], unique=True)

    op.create_table(
        "assessment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("score_hundredths", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("score_hundredths >= 0", name=op.f("ck_assessment_score")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_assessment_branch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_assessment_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_assessment_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assessment_public_id")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(
            "ix_assessment_round_branch_indicator", ["round_id", "branch_id", "indicator"], unique=False
        )

    op.create_table(
        "membership",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR starts_at IS NULL OR ended_at >= starts_at", name=op.f("ck_membership_span")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_membership_branch_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index("ix_membership_person_branch", ["person_id", "branch_id"], unique=False)
        batch_op.create_index(
            "uq_membership_open",
            ["person_id", "branch_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "round_branch",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("aims", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_round_branch_branch_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_round_branch_round_id")),
        sa.PrimaryKeyConstraint("round_id", "branch_id", name=op.f("pk_round_branch")),
    )
    with op.batch_alter_table("round_branch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_branch_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "standing_snapshot",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("total_hundredths", sa.Integer(), nullable=False),
        sa.Column("lit_stars", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_standing_snapshot_branch_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_standing_snapshot_round_id")),
        sa.PrimaryKeyConstraint("round_id", "branch_id", "taken_on", name=op.f("pk_standing_snapshot")),
    )
    with op.batch_alter_table("standing_snapshot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standing_snapshot_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_evidence_area_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_evidence_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evidence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_public_id")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_counted",
            ["area_id", "metric", "person_id", "occurred_at", "recorded_at", "quantity"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_evidence_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_evidence_event_metric", ["event_id", "metric"], unique=True)
    for table in APPEND_ONLY:
        forbid_changes(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("uq_evidence_event_metric")
        batch_op.drop_index(batch_op.f("ix_evidence_person_id"))
        batch_op.drop_index("ix_evidence_counted")

    op.drop_table("evidence")
    with op.batch_alter_table("standing_snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_snapshot_branch_id"))

    op.drop_table("standing_snapshot")
    with op.batch_alter_table("round_branch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_branch_branch_id"))

    op.drop_table("round_branch")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_membership_person_branch")
        batch_op.drop_index(batch_op.f("ix_membership_branch_id"))

    op.drop_table("membership")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index("ix_assessment_round_branch_indicator")
        batch_op.drop_index(batch_op.f("ix_assessment_branch_id"))

    op.drop_table("assessment")
    with op.batch_alter_table("star_round", schema=None) as batch_op:
        batch_op.drop_index("uq_star_round_scheme_starts")

    op.drop_table("star_round")
    with op.batch_alter_table("branch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branch_parent_id"))
        batch_op.drop_index(batch_op.f("ix_branch_area_id"))

    op.drop_table("branch")
    with op.batch_alter_table("area_headcount", schema=None) as batch_op:
        batch_op.drop_index("uq_area_headcount_area_counted")

    op.drop_table("area_headcount")
    with op.batch_alter_table("scheme_version", schema=None) as batch_op:
        batch_op.drop_index("uq_scheme_version_code_version")

    op.drop_table("scheme_version")
