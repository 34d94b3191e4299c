"""Where people are told beside the house, what they chose, and what is on its way"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0041"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_address",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
        sa.Column("code_at", UTCDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("channel IN ('push', 'mail', 'sms')", name=op.f("ck_notice_address_channel")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_address")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_address_public_id")),
    )
    with op.batch_alter_table("notice_address", schema=None) as batch_op:
        batch_op.create_index("ix_notice_address_digest", ["channel", "digest"], unique=False)
        batch_op.create_index("uq_notice_address_place", ["person_id", "channel", "digest"], unique=True)

    op.create_table(
        "notice_choice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("urgent_passes", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint("person_id", name=op.f("uq_notice_choice_person_id")),
    )
    op.create_table(
        "notice_sending",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("notice_id", BigId, nullable=True),
        sa.Column("address_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'underway', 'done', 'void', 'lapsed')", name=op.f("ck_notice_sending_state")
        ),
        sa.ForeignKeyConstraint(["address_id"], ["notice_address.id"], name=op.f("fk_notice_sending_address_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_sending_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_sending_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_sending")),
    )
    with op.batch_alter_table("notice_sending", schema=None) as batch_op:
        batch_op.create_index("ix_notice_sending_address", ["address_id", "created_at"], unique=False)
        batch_op.create_index("ix_notice_sending_created", ["created_at"], unique=False)
        batch_op.create_index(
            "ix_notice_sending_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'underway')"),
            postgresql_where=sa.text("state IN ('waiting', 'underway')"),
        )
        batch_op.create_index("ix_notice_sending_person", ["person_id", "created_at"], unique=False)
        batch_op.create_index("uq_notice_sending_once", ["notice_id", "address_id"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("notice_sending", schema=None) as batch_op:
        batch_op.drop_index("uq_notice_sending_once")
        batch_op.drop_index("ix_notice_sending_person")
        batch_op.drop_index(
            "ix_notice_sending_due",
            sqlite_where=sa.text("state IN ('waiting', 'underway')"),
            postgresql_where=sa.text("state IN ('waiting', 'underway')"),
        )
        batch_op.drop_index("ix_notice_sending_created")
        batch_op.drop_index("ix_notice_sending_address")

    op.drop_table("notice_sending")
    op.drop_table("notice_choice")
    with op.batch_alter_table("notice_address", schema=None) as batch_op:
        batch_op.drop_index("uq_notice_address_place")
        batch_op.drop_index("ix_notice_address_digest")

    op.drop_table("notice_address")
