"""Trial of the daily cap: a person's arrivals at several shifts at once earn the day's cap and not a point more."""

from __future__ import annotations

from datetime import timedelta

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.queries import load_actor
from pointsapp.rewards.services import AddRuleVersion, add_rule_version
from proof.reading import points_agree
from proof.street import now
from proof.trial import Judge, Trial
from proof.trials.arrivals import by_hand, scan

CATEGORY, POINTS, CAP, SHIFTS, MINUTES = "culture", 20, 50, 5, 5


def _set_cap(judge: Judge) -> None:
    """Put the cap in force by the service: rules have no door for other programs."""
    world = judge.street

    def put() -> None:
        actor = load_actor(db.session, world.admins[0].key, now=clock.now())  # type: ignore[arg-type]
        assert actor is not None
        write(add_rule_version, actor, AddRuleVersion(category=CATEGORY, cap_day=CAP, reason="验证"), now=clock.now())

    world.place.inside(put)


def daily_cap(judge: Judge) -> None:
    """Five short shifts in a row, 20 points each, a cap of 50 a day; all five arrivals come at the same moment, half by the list."""
    world, dice = judge.street, judge.dice
    people = world.people(max(2, judge.people // SHIFTS))
    if not world.place.rows("SELECT 1 FROM point_rule WHERE category = :category", category=CATEGORY):
        _set_cap(judge)
    first = now() + timedelta(minutes=1)
    spans = [
        (first + timedelta(minutes=MINUTES * n), first + timedelta(minutes=MINUTES * (n + 1)), len(people))
        for n in range(SHIFTS)
    ]
    task = world.task(spans, points=POINTS, category=CATEGORY, leaders=world.leaders)
    shifts = [shift["id"] for shift in task["shifts"]]
    world.sign_up(people, *shifts)
    codes = {shift: world.venue_code(shift) for shift in shifts}
    day = clock.local_day(now())
    acts = []
    for person in people:
        for shift in shifts:
            listed = by_hand(dice.choice(world.leaders), shift, person, user_id=person.id)
            acts.append(dice.choice([scan(person, codes[shift]), listed]))
    answers = judge.crowd(acts)
    promised: dict[int, list[int]] = {person.key: [] for person in people}
    for answer in answers:
        promised[answer.act.tag.key].append(answer.body.get("points_awarded", 0))
    if day == clock.local_day(now()):  # at midnight a new day's cap begins
        judge.none(
            "everybody earned exactly the day's cap",
            [points for points in promised.values() if sum(points) != CAP],
        )
    rows = world.place.rows(
        "SELECT person_id, SUM(points) AS points, SUM(minutes) AS minutes FROM attendance "
        "WHERE shift_id IN (SELECT s.id FROM shift s JOIN task t ON t.id = s.task_id WHERE t.public_id = :task) GROUP BY person_id",
        task=task["id"],
    )
    judge.none(
        "the points promised are the points kept",
        [row for row in rows if sum(promised[row["person_id"]]) != row["points"]],
    )
    judge.none("a cap on points takes no hours away", [row for row in rows if row["minutes"] != SHIFTS * MINUTES])
    points_agree(judge, people)


TRIALS = (
    Trial(
        key="daily-cap",
        title="The daily cap",
        tried="A person's arrivals at five shifts of 20 points come at the same moment, scanned and ticked; the cap is 50 a day.",
        never=("more points in a day than the cap", "fewer points than earned below the cap", "hours lost to the cap"),
        words={"201 check_in": "counted; the points are what the cap leaves"},
        run=daily_cap,
    ),
)
