"""Let the sums of past weeks, months and years go: nobody asks for them, and the books can make them again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from pointsapp.boards import rules
from pointsapp.boards.models import BoardPlace, BoardStep, HomeSum, PersonSum
from pointsapp.core import clock
from pointsapp.core.db import table_of
from pointsapp.core.locks import LockKind, try_lock

BATCH = 1000
_sum, _place = table_of(PersonSum), table_of(BoardPlace)


def prune(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Delete up to `limit` people's sums of periods that are over, with their places; return how many."""
    if not try_lock(session, LockKind.BOARDS, 0):
        return 0
    past = rules.past_keys(clock.local_day(now))
    rows = session.execute(select(_sum.c.person_id, _sum.c.period).where(_sum.c.period.in_(past)).limit(limit)).all()
    if not rows:
        for model in (BoardStep, HomeSum):
            session.execute(delete(model).where(model.period.in_(past)))
        return 0
    keys = [{"the_person": row.person_id, "the_period": row.period} for row in rows]
    for table in (_place, _sum):
        # Steps go last, all of a period together: until then nobody reads that period.
        whose = (table.c.person_id == bindparam("the_person"), table.c.period == bindparam("the_period"))
        session.connection().execute(delete(table).where(*whose), keys)
    return len(rows)
