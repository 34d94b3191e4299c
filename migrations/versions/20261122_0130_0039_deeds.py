"""Small good deeds: their pictures, reviews and the month's pots"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0039"
down_revision = "0041"
branch_labels = None
depends_on = None

KINDS = "kind IN ('tidy', 'green', 'neighbour', 'elder', 'safety', 'found', 'manners', 'other')"
STATES = "state IN ('waiting', 'approved', 'rejected', 'withdrawn', 'revoked')"
DECISIONS = "decision IN ('approved', 'rejected', 'revoked')"


def upgrade() -> None:
    op.create_table(
        "deed",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("handed_in_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_deed_kind")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_deed_points")),
        sa.CheckConstraint(STATES, name=op.f("ck_deed_state")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_deed_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deed_public_id")),
    )
    with op.batch_alter_table("deed", schema=None) as batch_op:
        batch_op.create_index("ix_deed_person_id_id", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_deed_area_state", ["area_id", "state", "id"], unique=False)
        batch_op.create_index("ix_deed_state_due", ["state", "due_at"], unique=False)

    op.create_table(
        "deed_picture",
        sa.Column("id", BigId, nullable=False),
        sa.Column("deed_id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("given_sha256", sa.String(length=64), nullable=False),
        sa.Column("likeness", sa.BigInteger(), nullable=True),
        *(sa.Column(f"band_{part}", sa.Integer(), nullable=True) for part in range(4)),
        sa.ForeignKeyConstraint(["deed_id"], ["deed.id"], name=op.f("fk_deed_picture_deed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed_picture")),
        sa.UniqueConstraint("deed_id", name=op.f("uq_deed_picture_deed_id")),
    )
    with op.batch_alter_table("deed_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deed_picture_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_deed_picture_given_sha256"), ["given_sha256"], unique=False)
        for part in range(4):
            batch_op.create_index(f"ix_deed_picture_band_{part}", [f"band_{part}"], unique=False)

    op.create_table(
        "deed_review",
        sa.Column("id", BigId, nullable=False),
        sa.Column("deed_id", BigId, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=30), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(DECISIONS, name=op.f("ck_deed_review_decision")),
        sa.CheckConstraint("turn IN (1, 2)", name=op.f("ck_deed_review_turn")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_deed_review_by_id")),
        sa.ForeignKeyConstraint(["deed_id"], ["deed.id"], name=op.f("fk_deed_review_deed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed_review")),
        sa.UniqueConstraint("deed_id", "turn", name=op.f("uq_deed_review_deed_id_turn")),
    )
    op.create_table(
        "deed_pot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("budget_account", sa.String(length=60), nullable=False),
        sa.Column("filled", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("filled >= 0", name=op.f("ck_deed_pot_filled")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_deed_pot_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed_pot")),
        sa.UniqueConstraint("area_id", "month", name=op.f("uq_deed_pot_area_id_month")),
    )


def downgrade() -> None:
    for table in ("deed_pot", "deed_review", "deed_picture", "deed"):
        op.drop_table(table)
