"""Two books: entries, postings, balances, holds, lots, claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "balance",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_balance_floor")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_balance")),
    )
    op.create_table(
        "claim",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("to_account", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("memo", sa.String(length=60), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("write_off_asked_by_id", BigId, nullable=True),
        sa.Column("written_off_by_id", BigId, nullable=True),
        sa.Column("written_off_at", UTCDateTime(), nullable=True),
        sa.Column("written_off", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0 AND remaining >= 0 AND remaining <= amount", name=op.f("ck_claim_remaining")),
        sa.CheckConstraint(
            "written_off_at IS NULL OR (written_off_by_id IS NOT NULL AND write_off_asked_by_id IS NOT NULL AND written_off_by_id <> write_off_asked_by_id)",
            name=op.f("ck_claim_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("public_id", name=op.f("uq_claim_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_claim_reference")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(
            "ix_claim_open",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        )

    op.create_table(
        "entry",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("posted_at", UTCDateTime(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("memo", sa.String(length=60), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("steps", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reverses_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["reverses_id"], ["entry.id"], name=op.f("fk_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_entry_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_entry_reference")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_reverses_id"), ["reverses_id"], unique=False)

    op.create_table(
        "hold",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("lot_amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("resolved_at", UTCDateTime(), nullable=True),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("resolved_entry_id", BigId, nullable=True),
        sa.Column("reopens_id", BigId, nullable=True),
        sa.CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name=op.f("ck_hold_resolved")),
        sa.CheckConstraint("state IN ('open', 'settled', 'released', 'expired')", name=op.f("ck_hold_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_hold_amount")),
        sa.CheckConstraint("lot_amount >= 0 AND lot_amount <= amount", name=op.f("ck_hold_lot_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_hold_entry_id")),
        sa.ForeignKeyConstraint(["reopens_id"], ["hold.id"], name=op.f("fk_hold_reopens_id")),
        sa.ForeignKeyConstraint(["resolved_entry_id"], ["entry.id"], name=op.f("fk_hold_resolved_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_hold_entry_id")),
        sa.UniqueConstraint("reopens_id", name=op.f("uq_hold_reopens_id")),
        sa.UniqueConstraint("resolved_entry_id", name=op.f("uq_hold_resolved_entry_id")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_person_state", ["person_id", "state"], unique=False)

    op.create_table(
        "lot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount AND amount > 0", name=op.f("ck_lot_remaining")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_lot_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lot_due",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        )
        batch_op.create_index(batch_op.f("ix_lot_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "ix_lot_person",
            ["person_id", "expires_at"],
            unique=False,
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        )

    op.create_table(
        "posting",
        sa.Column("entry_id", BigId, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("posted_at", UTCDateTime(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("flow", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("destination", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("change", sa.BigInteger(), nullable=True),
        sa.Column("balance_after", sa.BigInteger(), nullable=True),
        sa.Column("behaviour", sa.String(length=30), nullable=True),
        sa.CheckConstraint(
            "flow IN ('granted', 'ungranted', 'reserved', 'returned', 'issued', 'reversed', 'held', 'released', 'spent', 'unspent', 'donated', 'undonated', 'lapsed', 'unlapsed')",
            name=op.f("ck_posting_flow"),
        ),
        sa.CheckConstraint("unit IN ('point', 'minute')", name=op.f("ck_posting_unit")),
        sa.CheckConstraint("(change IS NULL) = (balance_after IS NULL)", name=op.f("ck_posting_line")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_posting_amount")),
        sa.CheckConstraint("source <> destination", name=op.f("ck_posting_two_accounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_posting_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_destination", ["destination"], unique=False)
        batch_op.create_index(
            "ix_posting_earned",
            ["unit", "posted_at", "person_id", "change"],
            unique=False,
            sqlite_where=sa.text("flow IN ('issued', 'reversed')"),
            postgresql_where=sa.text("flow IN ('issued', 'reversed')"),
        )
        batch_op.create_index("ix_posting_person", ["person_id", "unit", "entry_id"], unique=False)
        batch_op.create_index("ix_posting_source", ["source"], unique=False)

    op.create_table(
        "hold_lot",
        sa.Column("hold_id", BigId, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_hold_lot_amount")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_lot_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "number", name=op.f("pk_hold_lot")),
    )
    forbid_changes("entry")
    forbid_changes("posting")


def downgrade() -> None:
    allow_changes("posting")
    allow_changes("entry")
    op.drop_table("hold_lot")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_source")
        batch_op.drop_index("ix_posting_person")
        batch_op.drop_index(
            "ix_posting_earned",
            sqlite_where=sa.text("flow IN ('issued', 'reversed')"),
            postgresql_where=sa.text("flow IN ('issued', 'reversed')"),
        )
        batch_op.drop_index("ix_posting_destination")

    op.drop_table("posting")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lot_person", sqlite_where=sa.text("remaining > 0"), postgresql_where=sa.text("remaining > 0")
        )
        batch_op.drop_index(batch_op.f("ix_lot_entry_id"))
        batch_op.drop_index(
            "ix_lot_due", sqlite_where=sa.text("remaining > 0"), postgresql_where=sa.text("remaining > 0")
        )

    op.drop_table("lot")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("ix_hold_person_state")

    op.drop_table("hold")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_reverses_id"))

    op.drop_table("entry")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_claim_open", sqlite_where=sa.text("remaining > 0"), postgresql_where=sa.text("remaining > 0")
        )

    op.drop_table("claim")
    op.drop_table("balance")
