"""Inspections: draws, visits, findings and passes; four roles of the star board"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0022"
down_revision = "0025"
branch_labels = None
depends_on = None

APPEND_ONLY = ("inspection_draw", "draw_seed", "draw_outcome", "finding_step", "finding_photo", "pass_opening")
OLD_ROLES = (
    "merchant_clerk", "merchant_manager", "grid_leader", "branch_secretary", "staff", "street_admin", "platform_admin",
)  # fmt: skip
NEW_ROLES = ("assessor", "inspector", "district_reader", "auditor")
IS_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _allow_roles(OLD_ROLES + NEW_ROLES)
    op.create_table(
        "inspection_draw",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("branches", sa.JSON(), nullable=False),
        sa.Column("inspectors", sa.JSON(), nullable=False),
        sa.Column("branch_count", sa.Integer(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("per_branch", sa.Integer(), nullable=False),
        sa.Column("branches_hash", sa.String(length=64), nullable=False),
        sa.Column("inspectors_hash", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("value_name", sa.String(length=80), nullable=False),
        sa.Column("value_source", sa.String(length=120), nullable=False),
        sa.Column("value_at", UTCDateTime(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("committed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("take BETWEEN 1 AND branch_count", name=op.f("ck_inspection_draw_take")),
        sa.CheckConstraint("value_at > committed_at", name=op.f("ck_inspection_draw_value_at")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_inspection_draw_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_inspection_draw_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_inspection_draw_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_draw")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_draw_public_id")),
    )
    with op.batch_alter_table("inspection_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_draw_area_id"), ["area_id"], unique=False)
        batch_op.create_index("uq_inspection_draw_round_number", ["round_id", "number"], unique=True)
    op.create_table(
        "draw_seed",
        sa.Column("draw_id", BigId, nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["inspection_draw.id"], name=op.f("fk_draw_seed_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_draw_seed")),
    )
    op.create_table(
        "draw_outcome",
        sa.Column("draw_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("value", sa.String(length=120), nullable=True),
        sa.Column("value_found", sa.String(length=200), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'cancelled') = (reason IS NOT NULL)", name=op.f("ck_draw_outcome_reason")),
        sa.CheckConstraint(
            "(kind = 'revealed') = (seed IS NOT NULL AND value IS NOT NULL)", name=op.f("ck_draw_outcome_told")
        ),
        sa.CheckConstraint("kind IN ('revealed', 'cancelled')", name=op.f("ck_draw_outcome_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_draw_outcome_by_id")),
        sa.ForeignKeyConstraint(["draw_id"], ["inspection_draw.id"], name=op.f("fk_draw_outcome_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_draw_outcome")),
    )
    op.create_table(
        "inspection",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("draw_id", BigId, nullable=True),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("inspector_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("summary", sa.String(length=300), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_inspection_done")),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled')", name=op.f("ck_inspection_state")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_inspection_branch_id")),
        sa.ForeignKeyConstraint(["draw_id"], ["inspection_draw.id"], name=op.f("fk_inspection_draw_id")),
        sa.ForeignKeyConstraint(["inspector_id"], ["person.id"], name=op.f("fk_inspection_inspector_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_inspection_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspection_public_id")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index("ix_inspection_draw_id", ["draw_id"], unique=False)
        batch_op.create_index("ix_inspection_inspector_state", ["inspector_id", "state", "id"], unique=False)
        batch_op.create_index("ix_inspection_round_branch", ["round_id", "branch_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("inspection_id", BigId, nullable=True),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("star", sa.String(length=40), nullable=True),
        sa.Column("indicator", sa.String(length=40), nullable=True),
        sa.Column("severity", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("assessment_id", BigId, nullable=True),
        sa.CheckConstraint("severity IN ('minor', 'serious')", name=op.f("ck_finding_severity")),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'returned', 'closed', 'withdrawn')", name=op.f("ck_finding_state")
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_finding_assessment_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_finding_branch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_by_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_finding_inspection_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_finding_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_finding_public_id")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_branch_state", ["branch_id", "state"], unique=False)
        batch_op.create_index("ix_finding_by_id_state", ["by_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_inspection_id"), ["inspection_id"], unique=False)
        batch_op.create_index("ix_finding_round_id_id", ["round_id", "id"], unique=False)
    op.create_table(
        "finding_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("finding_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('recorded', 'answered', 'returned', 'closed', 'withdrawn', 'linked')",
            name=op.f("ck_finding_step_kind"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_step_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_step_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_step")),
    )
    with op.batch_alter_table("finding_step", schema=None) as batch_op:
        batch_op.create_index("ix_finding_step_finding_id_id", ["finding_id", "id"], unique=False)
    op.create_table(
        "finding_photo",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("step_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["finding_step.id"], name=op.f("fk_finding_photo_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_finding_photo_public_id")),
    )
    with op.batch_alter_table("finding_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_photo_step_id"), ["step_id"], unique=False)
    op.create_table(
        "inspector_pass",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("issued_by_id", BigId, nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_by_id", BigId, nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_inspector_pass_span")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_inspector_pass_branch_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_inspector_pass_issued_by_id")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_inspector_pass_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspector_pass")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_inspector_pass_code_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inspector_pass_public_id")),
    )
    with op.batch_alter_table("inspector_pass", schema=None) as batch_op:
        batch_op.create_index("ix_inspector_pass_branch_id_id", ["branch_id", "id"], unique=False)
    op.create_table(
        "pass_opening",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pass_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pass_id"], ["inspector_pass.id"], name=op.f("fk_pass_opening_pass_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pass_opening_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_opening")),
    )
    with op.batch_alter_table("pass_opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pass_opening_pass_id"), ["pass_id"], unique=False)
    for table in APPEND_ONLY:
        forbid_changes(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    with op.batch_alter_table("pass_opening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pass_opening_pass_id"))
    op.drop_table("pass_opening")
    with op.batch_alter_table("inspector_pass", schema=None) as batch_op:
        batch_op.drop_index("ix_inspector_pass_branch_id_id")
    op.drop_table("inspector_pass")
    with op.batch_alter_table("finding_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_photo_step_id"))
    op.drop_table("finding_photo")
    with op.batch_alter_table("finding_step", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_step_finding_id_id")
    op.drop_table("finding_step")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_branch_state")
        batch_op.drop_index("ix_finding_by_id_state")
        batch_op.drop_index(batch_op.f("ix_finding_inspection_id"))
        batch_op.drop_index("ix_finding_round_id_id")
    op.drop_table("finding")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_branch_id"))
        batch_op.drop_index("ix_inspection_draw_id")
        batch_op.drop_index("ix_inspection_inspector_state")
        batch_op.drop_index("ix_inspection_round_branch")
    op.drop_table("inspection")
    op.drop_table("draw_outcome")
    op.drop_table("draw_seed")
    with op.batch_alter_table("inspection_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_draw_area_id"))
        batch_op.drop_index("uq_inspection_draw_round_number")
    op.drop_table("inspection_draw")
    # What the version before does not know, it cannot keep.
    op.execute(sa.text(f"DELETE FROM role_grant WHERE role IN ({_quoted(NEW_ROLES)})"))
    _allow_roles(OLD_ROLES)


def _allow_roles(roles: tuple[str, ...]) -> None:
    # SQLite makes the table anew: the partial index is taken away before and made again, so that it keeps its condition.
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index("uq_role_grant_open")
    for table in ("role_grant", "merchant_invitation"):  # the one list of roles stands under both
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_role"), type_="check")
            batch_op.create_check_constraint(op.f(f"ck_{table}_role"), f"role IN ({_quoted(roles)})")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(
            "uq_role_grant_open",
            ["person_id", "role", "scope"],
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        )


def _quoted(roles: tuple[str, ...]) -> str:
    return ", ".join(f"'{role}'" for role in roles)
