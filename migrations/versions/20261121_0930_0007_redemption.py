"""Vouchers, redemptions, settlements"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("redemptions", sa.Integer(), nullable=False),
        sa.Column("total_points", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("merchant_confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("merchant_confirmed_by_id", BigId, nullable=True),
        sa.Column("office_confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("office_confirmed_by_id", BigId, nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (merchant_confirmed_at IS NOT NULL AND office_confirmed_at IS NOT NULL)",
            name=op.f("ck_settlement_both_sides"),
        ),
        sa.CheckConstraint("state IN ('open', 'confirmed')", name=op.f("ck_settlement_state")),
        sa.ForeignKeyConstraint(
            ["merchant_confirmed_by_id"], ["person.id"], name=op.f("fk_settlement_merchant_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_settlement_merchant_id")),
        sa.ForeignKeyConstraint(
            ["office_confirmed_by_id"], ["person.id"], name=op.f("fk_settlement_office_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_settlement_public_id")),
    )
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.create_index("uq_settlement_month", ["merchant_id", "month"], unique=True)

    op.create_table(
        "voucher",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("offer_id", BigId, nullable=False),
        sa.Column("offer_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("agreed_fen", sa.Integer(), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("hold_id", BigId, nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('issued', 'redeemed', 'cancelled', 'expired')", name=op.f("ck_voucher_state")),
        sa.CheckConstraint("points >= 1", name=op.f("ck_voucher_points")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_voucher_hold_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_voucher_merchant_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_voucher_offer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_voucher_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("code", name=op.f("uq_voucher_code")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_voucher_hold_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_voucher_public_id")),
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index(
            "ix_voucher_due",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.create_index(batch_op.f("ix_voucher_merchant_id"), ["merchant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index("ix_voucher_person_offer", ["person_id", "offer_id", "state"], unique=False)

    op.create_table(
        "redemption",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("voucher_id", BigId, nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("clerk_id", BigId, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("agreed_fen", sa.Integer(), nullable=True),
        sa.Column("redeemed_at", UTCDateTime(), nullable=False),
        sa.Column("reversed_at", UTCDateTime(), nullable=True),
        sa.Column("reversed_by_id", BigId, nullable=True),
        sa.Column("reversal_reason", sa.String(length=300), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("reversed_at IS NULL OR settled_at IS NULL", name=op.f("ck_redemption_settled_stands")),
        sa.ForeignKeyConstraint(["clerk_id"], ["person.id"], name=op.f("fk_redemption_clerk_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_redemption_merchant_id")),
        sa.ForeignKeyConstraint(["reversed_by_id"], ["person.id"], name=op.f("fk_redemption_reversed_by_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_redemption_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
        sa.UniqueConstraint("public_id", name=op.f("uq_redemption_public_id")),
    )
    with op.batch_alter_table("redemption", schema=None) as batch_op:
        batch_op.create_index("ix_redemption_merchant_at", ["merchant_id", "redeemed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_redemption_voucher_id"), ["voucher_id"], unique=False)
        batch_op.create_index(
            "uq_redemption_standing",
            ["voucher_id"],
            unique=True,
            sqlite_where=sa.text("reversed_at IS NULL"),
            postgresql_where=sa.text("reversed_at IS NULL"),
        )

    op.create_table(
        "settlement_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("settlement_id", BigId, nullable=False),
        sa.Column("redemption_id", BigId, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("agreed_fen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemption.id"], name=op.f("fk_settlement_line_redemption_id")),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_line_settlement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_line")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_settlement_line_redemption_id")),
    )
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_settlement_line_settlement_id"), ["settlement_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_settlement_line_settlement_id"))

    op.drop_table("settlement_line")
    with op.batch_alter_table("redemption", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_redemption_standing",
            sqlite_where=sa.text("reversed_at IS NULL"),
            postgresql_where=sa.text("reversed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_redemption_voucher_id"))
        batch_op.drop_index("ix_redemption_merchant_at")

    op.drop_table("redemption")
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.drop_index("ix_voucher_person_offer")
        batch_op.drop_index(batch_op.f("ix_voucher_offer_id"))
        batch_op.drop_index(batch_op.f("ix_voucher_merchant_id"))
        batch_op.drop_index(
            "ix_voucher_due", sqlite_where=sa.text("state = 'issued'"), postgresql_where=sa.text("state = 'issued'")
        )

    op.drop_table("voucher")
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.drop_index("uq_settlement_month")

    op.drop_table("settlement")
