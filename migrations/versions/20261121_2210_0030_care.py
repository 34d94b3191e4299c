"""Acting for others, cards on paper, moving to another community"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_move",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("from_area_id", BigId, nullable=True),
        sa.Column("to_area_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'accepted', 'rejected', 'withdrawn')", name=op.f("ck_area_move_state")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_area_move_decided_by_id")),
        sa.ForeignKeyConstraint(["from_area_id"], ["area.id"], name=op.f("fk_area_move_from_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_area_move_person_id")),
        sa.ForeignKeyConstraint(["to_area_id"], ["area.id"], name=op.f("fk_area_move_to_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_move")),
        sa.UniqueConstraint("public_id", name=op.f("uq_area_move_public_id")),
    )
    with op.batch_alter_table("area_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_move_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_area_move_state", ["state", "to_area_id"], unique=False)
        batch_op.create_index(
            "uq_area_move_asked",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.create_table(
        "mandate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("helper_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("consent", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("may_spend", sa.Boolean(), nullable=False),
        sa.Column("is_desk", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", BigId, nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.CheckConstraint("consent IN ('own', 'spoken', 'written')", name=op.f("ck_mandate_consent")),
        sa.CheckConstraint("state IN ('offered', 'open', 'ended')", name=op.f("ck_mandate_state")),
        sa.CheckConstraint("person_id <> helper_id", name=op.f("ck_mandate_two_people")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_mandate_ended_by_id")),
        sa.ForeignKeyConstraint(["helper_id"], ["person.id"], name=op.f("fk_mandate_helper_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mandate_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_mandate_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mandate_public_id")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_helper_id"), ["helper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mandate_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_mandate_live",
            ["person_id", "helper_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )

    op.create_table(
        "personal_card",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("issued_by_id", BigId, nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_personal_card_issued_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_personal_card_person_id")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_personal_card_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_card")),
        sa.UniqueConstraint("code", name=op.f("uq_personal_card_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_personal_card_public_id")),
    )
    with op.batch_alter_table("personal_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_personal_card_person_id"), ["person_id"], unique=False)

    op.create_table(
        "help_act",
        sa.Column("id", BigId, nullable=False),
        sa.Column("mandate_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("helper_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "act IN ('opened', 'signed_up', 'cancelled', 'took_voucher', 'gave_back', 'printed_voucher', 'printed_statement', 'printed_card')",
            name=op.f("ck_help_act_act"),
        ),
        sa.ForeignKeyConstraint(["helper_id"], ["person.id"], name=op.f("fk_help_act_helper_id")),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_help_act_mandate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_help_act_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_act")),
    )
    with op.batch_alter_table("help_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_help_act_mandate_id"), ["mandate_id"], unique=False)
        batch_op.create_index("ix_help_act_person", ["person_id", "id"], unique=False)
    forbid_changes("help_act")


def downgrade() -> None:
    allow_changes("help_act")
    with op.batch_alter_table("help_act", schema=None) as batch_op:
        batch_op.drop_index("ix_help_act_person")
        batch_op.drop_index(batch_op.f("ix_help_act_mandate_id"))

    op.drop_table("help_act")
    with op.batch_alter_table("personal_card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_personal_card_person_id"))

    op.drop_table("personal_card")
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mandate_live", sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'")
        )
        batch_op.drop_index(batch_op.f("ix_mandate_person_id"))
        batch_op.drop_index(batch_op.f("ix_mandate_helper_id"))

    op.drop_table("mandate")
    with op.batch_alter_table("area_move", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_area_move_asked", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index("ix_area_move_state")
        batch_op.drop_index(batch_op.f("ix_area_move_person_id"))

    op.drop_table("area_move")
