"""Two accounts of one person become one: the proposals, and where an account that was given up leads"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.db import BigId, UTCDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: it would make the table anew, and its triggers would be lost.
    op.add_column("person", sa.Column("merged_into_id", BigId, nullable=True))
    op.create_index(op.f("ix_person_merged_into_id"), "person", ["merged_into_id"], unique=False)
    op.create_table(
        "person_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("absorbed_id", BigId, nullable=False),
        sa.Column("survivor_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("proposed_by_id", BigId, nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decision_reason", sa.String(length=200), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'done', 'rejected', 'withdrawn')", name=op.f("ck_person_merge_state")
        ),
        sa.CheckConstraint("absorbed_id <> survivor_id", name=op.f("ck_person_merge_two_accounts")),
        sa.CheckConstraint(
            "state <> 'done' OR (decided_by_id IS NOT NULL AND decided_by_id <> proposed_by_id)",
            name=op.f("ck_person_merge_two_people"),
        ),
        sa.ForeignKeyConstraint(["absorbed_id"], ["person.id"], name=op.f("fk_person_merge_absorbed_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_person_merge_area_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_person_merge_decided_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_person_merge_proposed_by_id")),
        sa.ForeignKeyConstraint(["survivor_id"], ["person.id"], name=op.f("fk_person_merge_survivor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_merge_public_id")),
    )
    with op.batch_alter_table("person_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merge_absorbed_id"), ["absorbed_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_merge_survivor_id"), ["survivor_id"], unique=False)
        batch_op.create_index("ix_person_merge_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_person_merge_proposed",
            ["absorbed_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("person_merge", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_person_merge_proposed",
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
        batch_op.drop_index("ix_person_merge_state")
        batch_op.drop_index(batch_op.f("ix_person_merge_survivor_id"))
        batch_op.drop_index(batch_op.f("ix_person_merge_absorbed_id"))

    op.drop_table("person_merge")
    op.drop_index(op.f("ix_person_merged_into_id"), table_name="person")
    op.drop_column("person", "merged_into_id")
