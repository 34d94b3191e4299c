"""Invitations and offers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merchant_invitation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("invited_by_id", BigId, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_by_id", BigId, nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('merchant_clerk', 'merchant_manager', 'grid_leader', 'branch_secretary', 'staff', 'street_admin', 'platform_admin')",
            name=op.f("ck_merchant_invitation_role"),
        ),
        sa.CheckConstraint("state IN ('open', 'accepted', 'revoked')", name=op.f("ck_merchant_invitation_state")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["person.id"], name=op.f("fk_merchant_invitation_accepted_by_id")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_merchant_invitation_invited_by_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_merchant_invitation_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_invitation")),
        sa.UniqueConstraint("code", name=op.f("uq_merchant_invitation_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_merchant_invitation_public_id")),
    )
    with op.batch_alter_table("merchant_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merchant_invitation_merchant_id"), ["merchant_id"], unique=False)

    op.create_table(
        "offer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("live_version", sa.Integer(), nullable=True),
        sa.Column("newest_version", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("daily_limit", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("day_taken", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("taken >= 0 AND day_taken >= 0", name=op.f("ck_offer_taken")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_offer_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_offer_public_id")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index("ix_offer_live", ["merchant_id", "live_version"], unique=False)

    op.create_table(
        "offer_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("offer_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("per_person_limit", sa.Integer(), nullable=True),
        sa.Column("daily_limit", sa.Integer(), nullable=True),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("funding", sa.String(length=30), nullable=False),
        sa.Column("agreed_fen", sa.Integer(), nullable=True),
        sa.Column("funding_unit", sa.String(length=60), nullable=True),
        sa.Column("funded_from_on", sa.Date(), nullable=True),
        sa.Column("funded_until_on", sa.Date(), nullable=True),
        sa.Column("written_by_id", BigId, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decline_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "funding = 'given' OR (agreed_fen IS NOT NULL AND funding_unit IS NOT NULL AND funded_from_on IS NOT NULL AND funded_until_on IS NOT NULL)",
            name=op.f("ck_offer_version_subsidy_is_agreed"),
        ),
        sa.CheckConstraint("funding IN ('given', 'subsidised')", name=op.f("ck_offer_version_funding")),
        sa.CheckConstraint(
            "state IN ('draft', 'pending', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_offer_version_state")
        ),
        sa.CheckConstraint("points >= 1", name=op.f("ck_offer_version_points")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_offer_version_decided_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_version_offer_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_offer_version_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_version")),
    )
    with op.batch_alter_table("offer_version", schema=None) as batch_op:
        batch_op.create_index("ix_offer_version_state", ["state"], unique=False)
        batch_op.create_index("uq_offer_version_number", ["offer_id", "number"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("offer_version", schema=None) as batch_op:
        batch_op.drop_index("uq_offer_version_number")
        batch_op.drop_index("ix_offer_version_state")

    op.drop_table("offer_version")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_live")

    op.drop_table("offer")
    with op.batch_alter_table("merchant_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_merchant_invitation_merchant_id"))

    op.drop_table("merchant_invitation")
