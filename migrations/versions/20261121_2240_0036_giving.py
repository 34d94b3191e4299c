"""Funds, donations and gifts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


OLD_FLOWS = (
    "flow IN ('granted', 'ungranted', 'reserved', 'returned', 'issued', 'reversed', 'held', 'released', 'spent', 'unspent', "
    "'donated', 'undonated', 'lapsed', 'unlapsed')"
)
FLOWS = f"{OLD_FLOWS[:-1]}, 'given', 'received')"
WITH_FLOWS = ("posting", "unfolded_posting", "book_sum")
APPEND_ONLY = ("donation", "fund_use", "gift")


def _may_be(before: str, after: str) -> None:
    """Let the postings' flow be one of other words."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for table in WITH_FLOWS:
            op.drop_constraint(op.f(f"ck_{table}_flow"), table, type_="check")
            op.create_check_constraint(op.f(f"ck_{table}_flow"), table, after)
        return
    # As https://www.sqlite.org/lang_altertable.html says for what leaves the rows as they are: a copy would lose its triggers.
    number = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    for table in WITH_FLOWS:
        sql = bind.scalar(
            sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"), {"name": table}
        )
        if sql.count(before) != 1:
            raise RuntimeError(f"{table}: not the words of flows that were expected")
        bind.execute(
            sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
            {"sql": sql.replace(before, after), "name": table},
        )
    bind.exec_driver_sql(f"PRAGMA schema_version={number + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")


def upgrade() -> None:
    _may_be(OLD_FLOWS, FLOWS)
    op.create_table(
        "fund",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("opened_by_id", BigId, nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_fund_area_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_fund_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fund_public_id")),
    )
    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_area_id"), ["area_id"], unique=False)

    op.create_table(
        "gift",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("giver_id", BigId, nullable=False),
        sa.Column("receiver_id", BigId, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_gift_two_people")),
        sa.CheckConstraint("points > 0", name=op.f("ck_gift_points")),
        sa.ForeignKeyConstraint(["giver_id"], ["person.id"], name=op.f("fk_gift_giver_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["person.id"], name=op.f("fk_gift_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gift_public_id")),
    )
    with op.batch_alter_table("gift", schema=None) as batch_op:
        batch_op.create_index("ix_gift_giver_at", ["giver_id", "at"], unique=False)
        batch_op.create_index("ix_gift_receiver_at", ["receiver_id", "at"], unique=False)

    op.create_table(
        "donation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("fund_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_donation_points")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_donation_fund_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_donation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_donation_public_id")),
    )
    with op.batch_alter_table("donation", schema=None) as batch_op:
        batch_op.create_index("ix_donation_fund_at", ["fund_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_donation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "fund_use",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("fund_id", BigId, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("told_by_id", BigId, nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_fund_use_points")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_use_fund_id")),
        sa.ForeignKeyConstraint(["told_by_id"], ["person.id"], name=op.f("fk_fund_use_told_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_use")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fund_use_public_id")),
    )
    with op.batch_alter_table("fund_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_use_fund_id"), ["fund_id"], unique=False)

    for table in APPEND_ONLY:
        forbid_changes(table)


def downgrade() -> None:
    """Go back. On PostgreSQL that is refused where points were given to people: the books would hold words nobody knows."""
    _may_be(FLOWS, OLD_FLOWS)
    for table in APPEND_ONLY:
        allow_changes(table)
    with op.batch_alter_table("fund_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_use_fund_id"))

    op.drop_table("fund_use")
    with op.batch_alter_table("donation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_donation_person_id"))
        batch_op.drop_index("ix_donation_fund_at")

    op.drop_table("donation")
    with op.batch_alter_table("gift", schema=None) as batch_op:
        batch_op.drop_index("ix_gift_receiver_at")
        batch_op.drop_index("ix_gift_giver_at")

    op.drop_table("gift")
    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_area_id"))

    op.drop_table("fund")
