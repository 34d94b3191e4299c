"""Trials of budgets: parallel publications that together want more than there is, alone and while others are called off."""

from __future__ import annotations

from typing import Any

from proof.crowd import Act
from proof.street import Person
from proof.trial import Judge, Trial


def _drafts(judge: Judge, area: str, number: int) -> list[tuple[str, int]]:
    """Write drafts of random size; return (task, points it needs)."""
    world, dice = judge.street, judge.dice
    found = []
    for n in range(number):
        start, end = world.day()
        places, points = dice.randint(1, 5), dice.randint(1, 40)
        by = world.market_officers[n % len(world.market_officers)]
        made = world.draft(by, [(start, end, places)], area_id=area, points=points)
        found.append((made["id"], places * points))
    return found


def _publish(by: Person, task: str) -> Act:
    return Act(who=by.token, method="POST", path=f"/tasks/{task}/publication", tag=task)


def _left(judge: Judge, area: str) -> int:
    """Return what the area's budget holds, as the API shows it."""
    answer: Any = judge.street.get(judge.street.bosses[0], f"/budgets?area={area}&limit=100")
    return int(next(item["balance"] for item in answer["items"] if item["area"]["code"] == area))


def _states(judge: Judge) -> dict[str, str]:
    return {row["public_id"]: row["state"] for row in judge.street.place.rows("SELECT public_id, state FROM task")}


def publications(judge: Judge) -> None:
    """Publish more tasks than the budget reaches for, each twice, by eight officers at once."""
    world, dice = judge.street, judge.dice
    area = world.market()
    drafts = _drafts(judge, area, max(6, judge.people // 4))
    budget = sum(need for _task, need in drafts) * dice.randint(30, 70) // 100
    world.call(world.bosses[1], "POST", "/budget-grants", {"area_id": area, "points": budget, "memo": "验证"})
    acts = [_publish(by, task) for task, _need in drafts for by in dice.sample(world.market_officers, 2)]
    answers = judge.crowd(acts)
    said: dict[str, set[int]] = {}
    for answer in answers:
        said.setdefault(answer.act.tag, set()).add(answer.status)
    needs, states = dict(drafts), _states(judge)
    published = {task for task in needs if states[task] == "published"}
    left = _left(judge, area)
    judge.equal(
        "what was reserved and what is left make the budget", left + sum(needs[task] for task in published), budget
    )
    judge.check("the budget never went below zero", left >= 0, left)
    judge.equal(
        "who was told that the task is published: it is, and no other",
        {task for task, heard in said.items() if 200 in heard},
        published,
    )
    judge.none(
        "nobody was refused a task that the budget still reaches",
        [needs[task] for task, heard in said.items() if 200 not in heard and needs[task] <= left],
    )


def published_and_called_off(judge: Judge) -> None:
    """While new tasks are published, others of the same budget are called off and give their points back."""
    world, dice = judge.street, judge.dice
    area = world.market()
    drafts = _drafts(judge, area, max(8, judge.people // 3))
    running, waiting = drafts[: len(drafts) // 2], drafts[len(drafts) // 2 :]
    budget = sum(need for _task, need in running) + dice.randint(0, 60)
    world.call(world.bosses[1], "POST", "/budget-grants", {"area_id": area, "points": budget, "memo": "验证"})
    world.all_of(_publish(dice.choice(world.market_officers), task) for task, _need in running)
    acts = [_publish(dice.choice(world.market_officers), task) for task, _need in waiting for _ in range(2)]
    acts += [
        Act(who=by.token, method="POST", path=f"/tasks/{task}/cancellation", body={"reason": "换地方"}, tag=task)
        for task, _need in running
        for by in dice.sample(world.market_officers, 2)
    ]
    answers = judge.crowd(acts)
    needs, states = dict(drafts), _states(judge)
    published = {task for task in needs if states[task] == "published"}
    left = _left(judge, area)
    judge.equal(
        "what was reserved and what is left make the budget", left + sum(needs[task] for task in published), budget
    )
    judge.check("the budget never went below zero", left >= 0, left)
    judge.none(
        "what was called off is called off", [states[task] for task, _need in running if states[task] != "cancelled"]
    )
    judge.equal(
        "who was told that the task is published: it is, and no other",
        {answer.act.tag for answer in answers if answer.said == "200 published"},
        published,
    )


RESERVED = "published; its points are reserved"
NOTHING_LEFT = "told that the budget does not reach"
TRIALS = (
    Trial(
        key="publications",
        title="A budget exhausted by parallel publications",
        tried="Officers publish many tasks at the same moment that together want more points than the budget has.",
        never=("more points promised than granted", "a task refused that the budget reaches", "a task paid twice"),
        words={"200 published": RESERVED, "409 insufficient_budget": NOTHING_LEFT},
        run=publications,
    ),
    Trial(
        key="called-off-budget",
        title="Publishing while others call off",
        tried="New tasks are published while running tasks of the same budget are called off, each twice.",
        never=("points returned twice", "more points promised than granted"),
        words={
            "200 published": RESERVED,
            "200 cancelled": "called off; its points are back",
            "409 insufficient_budget": NOTHING_LEFT,
        },
        run=published_and_called_off,
    ),
)
