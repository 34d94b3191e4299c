"""The shop's month by steps, disputes, refused scans, what was out of stock"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None

_STATES = "'draft', 'confirmed', 'checked', 'approved', 'paid'"
_CHECKS = (
    ("is_checked", "state NOT IN ('checked', 'approved', 'paid') OR office_confirmed_at IS NOT NULL"),
    ("is_approved", "state NOT IN ('approved', 'paid') OR confirmed_at IS NOT NULL"),
    ("is_paid", "(state = 'paid') = (paid_on IS NOT NULL)"),
    ("two_people", "approved_by_id IS NULL OR approved_by_id <> office_confirmed_by_id"),
    ("another_pays", "paid_by_id IS NULL OR paid_by_id <> approved_by_id"),
)
_LINE_CHECKS = (
    ("kind", "kind IN ('use', 'correction')"),
    ("answers_a_dispute", "answered_at IS NULL OR disputed_at IS NOT NULL"),
    ("changed_by_answer", "agreed_fen = drafted_fen OR answered_at IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "till_scan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("voucher_id", BigId, nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("clerk_id", BigId, nullable=False),
        sa.Column("scanned_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_scan")),
    )
    with op.batch_alter_table("till_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_scan_voucher_id"), ["voucher_id"], unique=False)

    op.create_table(
        "shortage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("voucher_id", BigId, nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("reported_by_id", BigId, nullable=False),
        sa.Column("reported_at", UTCDateTime(), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=True),
        sa.Column("choice", sa.String(length=30), nullable=True),
        sa.Column("extended_until", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(COALESCE(choice, '') = 'extension') = (extended_until IS NOT NULL)", name=op.f("ck_shortage_extension")
        ),
        sa.CheckConstraint("(state = 'closed') = (choice IS NOT NULL)", name=op.f("ck_shortage_closed_by_choice")),
        sa.CheckConstraint("choice IN ('refund', 'extension')", name=op.f("ck_shortage_choice")),
        sa.CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name=op.f("ck_shortage_state")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_shortage_merchant_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["person.id"], name=op.f("fk_shortage_reported_by_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_shortage_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shortage_public_id")),
    )
    with op.batch_alter_table("shortage", schema=None) as batch_op:
        batch_op.create_index("ix_shortage_merchant_at", ["merchant_id", "reported_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shortage_voucher_id"), ["voucher_id"], unique=False)
        batch_op.create_index(
            "uq_shortage_open",
            ["voucher_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "redemption_dispute",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("redemption_id", BigId, nullable=False),
        sa.Column("merchant_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decision_reason", sa.String(length=300), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('not_me', 'nothing_given', 'not_as_promised', 'other')", name=op.f("ck_redemption_dispute_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'rejected', 'withdrawn')", name=op.f("ck_redemption_dispute_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('upheld', 'rejected') OR (decided_by_id IS NOT NULL AND decision_reason IS NOT NULL)",
            name=op.f("ck_redemption_dispute_decided_with_reason"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> person_id", name=op.f("ck_redemption_dispute_not_by_oneself")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_redemption_dispute_decided_by_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_redemption_dispute_merchant_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_redemption_dispute_person_id")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemption.id"], name=op.f("fk_redemption_dispute_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption_dispute")),
        sa.UniqueConstraint("public_id", name=op.f("uq_redemption_dispute_public_id")),
    )
    with op.batch_alter_table("redemption_dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_redemption_dispute_merchant_id"), ["merchant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_redemption_dispute_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_redemption_dispute_state", ["state", "due_on"], unique=False)
        batch_op.create_index(
            "uq_redemption_dispute_standing",
            ["redemption_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )

    op.create_table(
        "dispute_statement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dispute_id", BigId, nullable=False),
        sa.Column("side", sa.String(length=30), nullable=False),
        sa.Column("said_by_id", BigId, nullable=False),
        sa.Column("said_at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.CheckConstraint("side IN ('resident', 'shop')", name=op.f("ck_dispute_statement_side")),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["redemption_dispute.id"], name=op.f("fk_dispute_statement_dispute_id")
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["person.id"], name=op.f("fk_dispute_statement_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_statement")),
    )
    with op.batch_alter_table("dispute_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_statement_dispute_id"), ["dispute_id"], unique=False)

    forbid_changes("till_scan")
    with op.batch_alter_table("redemption", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_redemption_settled_stands"), type_="check")
    _settlement_by_steps()
    _lines_with_answers()


def _settlement_by_steps() -> None:
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merchant_note", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("approved_by_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("returned_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("returned_by_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("return_reason", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("paid_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("paid_reference", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("paid_by_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("paid_noted_at", UTCDateTime(), nullable=True))
        batch_op.drop_constraint(op.f("ck_settlement_both_sides"), type_="check")
        batch_op.drop_constraint(op.f("ck_settlement_state"), type_="check")
    # What both sides had confirmed is approved by nobody in particular; what one side had confirmed waits for the other.
    op.execute("UPDATE settlement SET state = 'approved' WHERE state = 'confirmed'")
    op.execute("UPDATE settlement SET state = 'confirmed' WHERE state = 'open' AND merchant_confirmed_at IS NOT NULL")
    op.execute(
        "UPDATE settlement SET state = 'draft', office_confirmed_at = NULL, office_confirmed_by_id = NULL "
        "WHERE state = 'open'"
    )
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_settlement_state"), f"state IN ({_STATES})")
        for name, condition in _CHECKS:
            batch_op.create_check_constraint(op.f(f"ck_settlement_{name}"), condition)
        batch_op.create_index("ix_settlement_state", ["state", "month"], unique=False)
        for column in ("approved_by_id", "returned_by_id", "paid_by_id"):
            batch_op.create_foreign_key(batch_op.f(f"fk_settlement_{column}"), "person", [column], ["id"])


def _lines_with_answers() -> None:
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column("drafted_fen", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("disputed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("disputed_by_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("dispute_reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("claimed_fen", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("answered_by_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("answer", sa.String(length=200), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_settlement_line_redemption_id"), type_="unique")
    is_far = op.get_bind().dialect.name == "postgresql"
    name = "substr(md5(random()::text || id::text), 1, 12)" if is_far else "lower(hex(randomblob(6)))"
    op.execute(f"UPDATE settlement_line SET public_id = {name}, kind = 'use', drafted_fen = agreed_fen")
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=12), nullable=False)
        batch_op.alter_column("kind", existing_type=sa.String(length=30), nullable=False)
        batch_op.alter_column("drafted_fen", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index("uq_settlement_line_once", ["redemption_id", "kind"], unique=True)
        batch_op.create_unique_constraint(batch_op.f("uq_settlement_line_public_id"), ["public_id"])
        for name, condition in _LINE_CHECKS:
            batch_op.create_check_constraint(op.f(f"ck_settlement_line_{name}"), condition)
        for column in ("disputed_by_id", "answered_by_id"):
            batch_op.create_foreign_key(batch_op.f(f"fk_settlement_line_{column}"), "person", [column], ["id"])


def downgrade() -> None:
    # What these tables know better than the old ones is lost: corrections, answers, who approved, payments.
    op.execute("DELETE FROM settlement_line WHERE kind = 'correction'")
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        for column in ("disputed_by_id", "answered_by_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_settlement_line_{column}"), type_="foreignkey")
        for name, _condition in _LINE_CHECKS:
            batch_op.drop_constraint(op.f(f"ck_settlement_line_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_settlement_line_public_id"), type_="unique")
        batch_op.drop_index("uq_settlement_line_once")
        batch_op.create_unique_constraint(batch_op.f("uq_settlement_line_redemption_id"), ["redemption_id"])
        for column in (
            "answer", "answered_by_id", "answered_at", "claimed_fen", "dispute_reason", "disputed_by_id", "disputed_at",
            "drafted_fen", "kind", "public_id",
        ):  # fmt: skip
            batch_op.drop_column(column)
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_settlement_state"), type_="check")
        for name, _condition in _CHECKS:
            batch_op.drop_constraint(op.f(f"ck_settlement_{name}"), type_="check")
        for column in ("approved_by_id", "returned_by_id", "paid_by_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_settlement_{column}"), type_="foreignkey")
        batch_op.drop_index("ix_settlement_state")
        for column in (
            "paid_noted_at", "paid_by_id", "paid_reference", "paid_on", "return_reason", "returned_by_id", "returned_at",
            "approved_by_id", "merchant_note",
        ):  # fmt: skip
            batch_op.drop_column(column)
    op.execute("UPDATE settlement SET state = 'open' WHERE state IN ('draft', 'confirmed', 'checked')")
    op.execute(
        "UPDATE settlement SET state = 'confirmed', merchant_confirmed_at = COALESCE(merchant_confirmed_at, office_confirmed_at) "
        "WHERE state IN ('approved', 'paid')"
    )
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_settlement_state"), "state IN ('open', 'confirmed')")
        batch_op.create_check_constraint(
            op.f("ck_settlement_both_sides"),
            "state <> 'confirmed' OR (merchant_confirmed_at IS NOT NULL AND office_confirmed_at IS NOT NULL)",
        )
    op.execute("UPDATE redemption SET settled_at = NULL WHERE reversed_at IS NOT NULL")
    with op.batch_alter_table("redemption", schema=None) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_redemption_settled_stands"), "reversed_at IS NULL OR settled_at IS NULL"
        )
    allow_changes("till_scan")
    with op.batch_alter_table("dispute_statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispute_statement_dispute_id"))

    op.drop_table("dispute_statement")
    with op.batch_alter_table("redemption_dispute", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_redemption_dispute_standing",
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )
        batch_op.drop_index("ix_redemption_dispute_state")
        batch_op.drop_index(batch_op.f("ix_redemption_dispute_person_id"))
        batch_op.drop_index(batch_op.f("ix_redemption_dispute_merchant_id"))

    op.drop_table("redemption_dispute")
    with op.batch_alter_table("shortage", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_shortage_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_shortage_voucher_id"))
        batch_op.drop_index("ix_shortage_merchant_at")

    op.drop_table("shortage")
    with op.batch_alter_table("till_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_till_scan_voucher_id"))

    op.drop_table("till_scan")
