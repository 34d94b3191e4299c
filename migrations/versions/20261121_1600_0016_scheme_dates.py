"""When each scheme version comes into force, and which one it stands in for"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from pointsapp.core import clock
from pointsapp.core.append_only import allow_changes, forbid_changes
from pointsapp.core.db import BigId, UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ONE_OF_THEM = sa.text("replaces IS NULL")


def upgrade() -> None:
    allow_changes("scheme_version")
    op.add_column("scheme_version", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column("scheme_version", sa.Column("replaces", sa.Integer(), nullable=True))
    _date_what_is_there()
    with op.batch_alter_table("scheme_version") as batch_op:
        batch_op.alter_column("starts_on", existing_type=sa.Date(), nullable=False)
    op.create_index(
        "uq_scheme_version_in_force",
        "scheme_version",
        ["code", "starts_on"],
        unique=True,
        sqlite_where=ONE_OF_THEM,
        postgresql_where=ONE_OF_THEM,
    )
    op.create_index("uq_scheme_version_code_replaces", "scheme_version", ["code", "replaces"], unique=True)
    forbid_changes("scheme_version")


def _date_what_is_there() -> None:
    """A version that opened a round began with it; the newest that has not begins with the quarter after its import.

    Until now the newest one won, so an older version that never ruled a round was replaced by the one after it.
    """
    version = sa.table(
        "scheme_version",
        sa.column("id", BigId),
        sa.column("code", sa.String),
        sa.column("version", sa.Integer),
        sa.column("imported_at", UTCDateTime()),
        sa.column("starts_on", sa.Date),
        sa.column("replaces", sa.Integer),
    )
    star_round = sa.table("star_round", sa.column("scheme_version_id", BigId), sa.column("starts_on", sa.Date))
    connection = op.get_bind()
    began: dict[int, date] = {
        row.scheme_version_id: row.first
        for row in connection.execute(
            sa.select(star_round.c.scheme_version_id, sa.func.min(star_round.c.starts_on).label("first")).group_by(
                star_round.c.scheme_version_id
            )
        )
    }
    before = None
    for row in connection.execute(sa.select(version).order_by(version.c.code, version.c.version)).all():
        following = clock.next_quarter(clock.local_day(row.imported_at))
        is_unused = before is not None and before.code == row.code and before.id not in began
        connection.execute(
            version.update()
            .where(version.c.id == row.id)
            .values(starts_on=began.get(row.id, following), replaces=before.version if is_unused and before else None)
        )
        before = row


def downgrade() -> None:
    allow_changes("scheme_version")
    op.drop_index("uq_scheme_version_code_replaces", table_name="scheme_version")
    op.drop_index("uq_scheme_version_in_force", table_name="scheme_version")
    with op.batch_alter_table("scheme_version") as batch_op:
        batch_op.drop_column("replaces")
        batch_op.drop_column("starts_on")
    forbid_changes("scheme_version")
