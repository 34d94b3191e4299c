"""Point rules with their versions, and budget grants."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "point_rule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_rule")),
        sa.UniqueConstraint("category", name=op.f("uq_point_rule_category")),
    )
    op.create_table(
        "budget_grant",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("memo", sa.String(length=120), nullable=False),
        sa.Column("granted_by_id", BigId, nullable=True),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_budget_grant_points")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_budget_grant_area_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_budget_grant_entry_id")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_budget_grant_granted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_grant")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_budget_grant_entry_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_budget_grant_public_id")),
    )
    with op.batch_alter_table("budget_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_grant_area_id"), ["area_id"], unique=False)

    op.create_table(
        "rule_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("rule_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("band_per_completion", sa.Integer(), nullable=True),
        sa.Column("band_per_hour", sa.Integer(), nullable=True),
        sa.Column("cap_activity", sa.Integer(), nullable=True),
        sa.Column("cap_day", sa.Integer(), nullable=True),
        sa.Column("cap_week", sa.Integer(), nullable=True),
        sa.Column("cap_month", sa.Integer(), nullable=True),
        sa.Column("expires_after_months", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("set_by_id", BigId, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "band_per_completion IS NULL OR band_per_completion >= 0", name=op.f("ck_rule_version_band_per_completion")
        ),
        sa.CheckConstraint("band_per_hour IS NULL OR band_per_hour >= 0", name=op.f("ck_rule_version_band_per_hour")),
        sa.CheckConstraint("cap_activity IS NULL OR cap_activity >= 0", name=op.f("ck_rule_version_cap_activity")),
        sa.CheckConstraint("cap_day IS NULL OR cap_day >= 0", name=op.f("ck_rule_version_cap_day")),
        sa.CheckConstraint("cap_month IS NULL OR cap_month >= 0", name=op.f("ck_rule_version_cap_month")),
        sa.CheckConstraint("cap_week IS NULL OR cap_week >= 0", name=op.f("ck_rule_version_cap_week")),
        sa.CheckConstraint(
            "expires_after_months IS NULL OR expires_after_months > 0",
            name=op.f("ck_rule_version_expires_after_months"),
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["point_rule.id"], name=op.f("fk_rule_version_rule_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_rule_version_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rule_version_public_id")),
        sa.UniqueConstraint("rule_id", "number", name=op.f("uq_rule_version_rule_id_number")),
    )

    # The general rule, first version: no band, no cap, no expiry. Every rule looks back to it.
    rule = sa.table("point_rule", sa.column("id"), sa.column("category"))
    version = sa.table(
        "rule_version",
        sa.column("public_id"),
        sa.column("rule_id"),
        sa.column("number"),
        sa.column("starts_at", UTCDateTime()),
        sa.column("reason"),
        sa.column("created_at", UTCDateTime()),
    )
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    op.bulk_insert(rule, [{"category": "*"}])
    rule_id = op.get_bind().execute(sa.select(rule.c.id)).scalar_one()
    first = {"public_id": "generalrule1", "rule_id": rule_id, "number": 1, "reason": ""}
    op.bulk_insert(version, [{**first, "starts_at": begin, "created_at": begin}])
    forbid_changes("rule_version")
    forbid_changes("budget_grant")


def downgrade() -> None:
    allow_changes("budget_grant")
    allow_changes("rule_version")
    op.drop_table("rule_version")
    with op.batch_alter_table("budget_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_grant_area_id"))

    op.drop_table("budget_grant")
    op.drop_table("point_rule")
