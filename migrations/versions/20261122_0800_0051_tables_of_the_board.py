"""Official head counts and members of branches are brought in at the import desk, too, not only by commands"""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

KINDS = ("people_in", "tasks_in", "people_out", "tasks_out", "attendance_out")
BOARD = ("headcounts_in", "members_in")


def upgrade() -> None:
    _say_kinds((*KINDS[:2], *BOARD, *KINDS[2:]))


def downgrade() -> None:
    # What the version before does not know, it cannot keep: the preview and its result; what was brought in stays.
    quoted = ", ".join(f"'{kind}'" for kind in BOARD)
    op.execute(f"DELETE FROM batch_row WHERE batch_id IN (SELECT id FROM batch WHERE kind IN ({quoted}))")
    op.execute(f"DELETE FROM batch WHERE kind IN ({quoted})")
    _say_kinds(KINDS)


def _say_kinds(kinds: tuple[str, ...]) -> None:
    quoted = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_batch_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_batch_kind"), f"kind IN ({quoted})")
