"""Load the demo street: who lives there, twelve weeks of history, and what is on today.

Twelve weeks go through the real services in large transactions, in the order in which they happened; the worker's jobs run
once for each day, and news is delivered as it would have been.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from datetime import time as time_of_day

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, jobs
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.demo import facts
from pointsapp.demo.ages import note_ages
from pointsapp.demo.batches import plan_batches
from pointsapp.demo.board import build_board, plan_assessments, plan_schemes
from pointsapp.demo.care import plan_care
from pointsapp.demo.certificates import plan_certificates
from pointsapp.demo.closings import plan_closings
from pointsapp.demo.contest import plan_contest
from pointsapp.demo.deeds import plan_deeds
from pointsapp.demo.desk import plan_desk
from pointsapp.demo.dice import Dice
from pointsapp.demo.exports import plan_exports
from pointsapp.demo.feedback import plan_feedback
from pointsapp.demo.giving import plan_giving
from pointsapp.demo.history import plan_history
from pointsapp.demo.inspections import plan_inspections
from pointsapp.demo.merging import plan_merging
from pointsapp.demo.paper import plan_paper
from pointsapp.demo.plans import plan_plans
from pointsapp.demo.programme import is_quiet, plan_programme
from pointsapp.demo.promises import plan_promises
from pointsapp.demo.proofs import plan_proofs
from pointsapp.demo.rounds import plan_rounds
from pointsapp.demo.shops import Shops, build_shops
from pointsapp.demo.street import Street, agree_to_notice, build_street, find_street
from pointsapp.demo.till import plan_till
from pointsapp.demo.timeline import Timeline
from pointsapp.demo.watch import plan_watch
from pointsapp.notices.services import file_away
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.worker import deliver_events

Say = Callable[[str], None]
BUDGET_OF_COMMUNITY, BUDGET_OF_VILLAGE, BUDGET_OF_STREET = 24_000, 9_000, 60_000
JOBS_AT = time_of_day(3)  # once a night
# Jobs that bring sums up to what was posted, whenever that was: once at the end is as good as every night.
CATCHES_UP = frozenset(
    {
        "areas.count_heads",
        "boards.fold",
        "boards.prune",
        "ledger.measure_totals",
        "rewards.sum_issued",
        "stars.recount_daily",  # what is added up as it comes is counted whole once a night; here once
        "statistics.count_running",
        "statistics.close_ended",
    }
)
LAST = CATCHES_UP | {"stars.count_stale"}  # the last news leaves branches to be counted, too
READ_WITHIN = timedelta(days=2)  # people look at their notices


def load_demo_once(say: Say) -> None:
    """Load the demo street unless it is there; one that was left standing for days gets a new programme."""
    begun, now = time.monotonic(), clock.now()
    if db.session.scalar(select(Area.id).where(Area.code == facts.STREET[0])) is not None:
        say("The demo street is there already; its data is kept.")
        if is_quiet(db.session, now=now):
            _renew_programme(now)
            say("New tasks were put on for the coming days.")
        return
    say("Building the demo street (a minute or two) ...")
    street, shops = write(found_street, now=now)
    timeline = Timeline()
    plan_history(timeline, street, shops, now=now)
    plan_schemes(timeline, street)
    plan_assessments(timeline, street, now=now)
    plan_plans(timeline, street, now=now)
    plan_contest(timeline, street, now=now)
    plan_inspections(timeline, street, now=now)
    plan_paper(timeline, street, now=now)
    plan_proofs(timeline, street, now=now)
    plan_rounds(timeline, street, now=now)
    plan_exports(timeline, street, now=now)
    plan_feedback(timeline, street, now=now)
    plan_watch(timeline, street, shops, now=now)
    plan_giving(timeline, street, now=now)
    plan_till(timeline, street, shops, now=now)
    plan_programme(timeline, street, now=now)
    plan_care(timeline, street, now=now)
    plan_desk(timeline, street, now=now)
    plan_promises(timeline, street, now=now)
    plan_closings(timeline, street, now=now)
    plan_merging(timeline, street, now=now)
    plan_batches(timeline, street, now=now)
    plan_certificates(timeline, street, now=now)
    plan_deeds(timeline, street, now=now)
    with _in_haste():
        _live_through(timeline, street, now=now)
        write(agree_to_notice, now=now)
    say(f"{timeline.done:,} things happened in 12 weeks; loaded in {time.monotonic() - begun:.0f} s.")


@contextmanager
def _in_haste() -> Iterator[None]:
    """Do without what protects a database that somebody uses already: a load that breaks off is begun anew."""
    gc.disable()  # millions of small objects, none of them in a circle: collecting would cost a tenth of the time
    db.session.close()
    if db.engine.dialect.name == "sqlite":
        lent = db.engine.raw_connection()  # the one connection of this process, which all that follows comes by
        for pragma in ("synchronous=OFF", "cache_size=-65536", "wal_autocheckpoint=20000"):
            lent.driver_connection.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
        lent.close()
    try:
        yield
    finally:
        db.session.close()
        db.engine.dispose()
        gc.enable()


def _renew_programme(now: datetime) -> None:
    street = find_street(db.session, Dice(now.toordinal()), now=now)
    timeline = Timeline()
    plan_programme(timeline, street, now=now)
    timeline.run_until(now)


def found_street(session: Session, *, now: datetime) -> tuple[Street, Shops]:
    """Build the street with its people, log-ins, branches, shops and budgets, before anything happened there."""
    street = build_street(session, Dice(), now=now)
    build_board(session, street)
    shops = build_shops(session, street)
    note_ages(session, now=now)
    admin = street.by_log_in["platform_admin"]
    grants = [(facts.STREET[0], BUDGET_OF_STREET)]
    grants += [(code, BUDGET_OF_COMMUNITY) for code, _, _ in facts.COMMUNITIES]
    grants += [(code, BUDGET_OF_VILLAGE) for code, _, _ in facts.VILLAGES]
    for code, points in grants:
        grant_budget(
            session, admin, GrantBudget(area=code, points=points, memo="本季度志愿服务积分预算"), now=street.opened_at
        )
    return street, shops


def _live_through(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Run day by day: what people did, then the night's jobs, then the news."""
    day = clock.local_day(street.opened_at)
    while (night := clock.at_local(day + timedelta(days=1), JOBS_AT)) < now:
        timeline.run_until(night)
        _work_through(night)
        day += timedelta(days=1)
    timeline.run_until(now)
    _work_through(now)
    for job in jobs.scheduled():
        while job.name in LAST and jobs.run_job(write, job, now):
            pass


def _work_through(moment: datetime) -> None:
    for job in jobs.scheduled():
        if job.name not in CATCHES_UP:
            jobs.run_job(write, job, moment)
    deliver_events(moment)
    write(file_away, before=moment - READ_WITHIN, now=moment)
