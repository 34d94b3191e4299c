"""Plans of the branches, and members who report to two"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


APPEND_ONLY = ("plan_evidence", "plan_change")
# A membership decides which branch counts the person: it touches every branch where they are a member, not only its own.
OF_PERSON = "SELECT b.area_id FROM membership m JOIN branch b ON b.id = m.branch_id WHERE m.person_id = NEW.person_id"
OF_BRANCH = "SELECT area_id FROM branch WHERE id = NEW.branch_id"
CHANGED = "UPDATE OF branch_id, person_id, starts_at, ended_at"


def _note_memberships(noted: str, changed: str) -> None:
    """Let the two triggers of migration 0014 note `noted`; `changed` is the second one's occasion."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    note = f"INSERT INTO stale_area (area_id) {noted};"
    for name, when in (("membership_came", "INSERT"), ("membership_changed", changed)):
        op.execute(f"DROP TRIGGER {name}" + (" ON membership" if is_postgresql else ""))
        if not is_postgresql:
            op.execute(f"CREATE TRIGGER {name} AFTER {when} ON membership BEGIN {note} END")
            continue
        body = f"$$ BEGIN {note} RETURN NULL; END $$"
        op.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS {body} LANGUAGE plpgsql")
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON membership FOR EACH ROW EXECUTE FUNCTION {name}()")


def upgrade() -> None:
    # Not in a batch: SQLite would make the table anew, without its triggers.
    op.add_column("membership", sa.Column("is_reporting", sa.Boolean(), server_default=sa.false(), nullable=False))
    _note_memberships(OF_PERSON, f"{CHANGED}, is_reporting")
    op.create_table(
        "star_plan",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("baseline", sa.JSON(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("opened_by_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_star_plan_branch_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_star_plan_opened_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_star_plan_round_id")),
        sa.PrimaryKeyConstraint("round_id", "branch_id", name=op.f("pk_star_plan")),
    )
    with op.batch_alter_table("star_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_star_plan_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "plan_item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("star", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("lead_unit", sa.String(length=40), nullable=False),
        sa.Column("responsible_unit", sa.String(length=40), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_plan_item_progress")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_item_person_id")),
        sa.ForeignKeyConstraint(
            ["round_id", "branch_id"], ["star_plan.round_id", "star_plan.branch_id"], name="fk_plan_item_plan"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_plan_item_public_id")),
    )
    with op.batch_alter_table("plan_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_item_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_plan_item_round_branch", ["round_id", "branch_id"], unique=False)

    op.create_table(
        "plan_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("branch_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("was", sa.String(length=200), nullable=False),
        sa.Column("now_is", sa.String(length=200), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_plan_change_branch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_plan_change_by_id")),
        sa.ForeignKeyConstraint(["item_id"], ["plan_item.id"], name=op.f("fk_plan_change_item_id")),
        sa.ForeignKeyConstraint(["round_id"], ["star_round.id"], name=op.f("fk_plan_change_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
    )
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_change_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_change_item_id"), ["item_id"], unique=False)
        batch_op.create_index("ix_plan_change_round_branch", ["round_id", "branch_id", "id"], unique=False)

    op.create_table(
        "plan_evidence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("evidence_id", BigId, nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("added_by_id", BigId, nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("(evidence_id IS NULL) <> (note IS NULL)", name=op.f("ck_plan_evidence_one_kind")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_plan_evidence_added_by_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_plan_evidence_evidence_id")),
        sa.ForeignKeyConstraint(["item_id"], ["plan_item.id"], name=op.f("fk_plan_evidence_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_evidence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_plan_evidence_public_id")),
    )
    with op.batch_alter_table("plan_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_evidence_evidence_id"), ["evidence_id"], unique=False)
        batch_op.create_index("uq_plan_evidence_item_evidence", ["item_id", "evidence_id"], unique=True)

    for table in APPEND_ONLY:
        forbid_changes(table)
    op.execute("INSERT INTO stale_area (area_id) VALUES (NULL)")  # who is in two branches is counted by one of them now


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(table)
    with op.batch_alter_table("plan_evidence", schema=None) as batch_op:
        batch_op.drop_index("uq_plan_evidence_item_evidence")
        batch_op.drop_index(batch_op.f("ix_plan_evidence_evidence_id"))

    op.drop_table("plan_evidence")
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_change_round_branch")
        batch_op.drop_index(batch_op.f("ix_plan_change_item_id"))
        batch_op.drop_index(batch_op.f("ix_plan_change_branch_id"))

    op.drop_table("plan_change")
    with op.batch_alter_table("plan_item", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_item_round_branch")
        batch_op.drop_index(batch_op.f("ix_plan_item_person_id"))

    op.drop_table("plan_item")
    with op.batch_alter_table("star_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_star_plan_branch_id"))

    op.drop_table("star_plan")
    _note_memberships(OF_BRANCH, CHANGED)
    op.drop_column("membership", "is_reporting")
