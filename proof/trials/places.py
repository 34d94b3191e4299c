"""Trials of places: the last ones, the waiting list while people cancel, and one person who wants to be in two places."""

from __future__ import annotations

from proof.crowd import Act, Answer
from proof.reading import places_agree
from proof.street import Person
from proof.trial import Judge, Trial


def _press(person: Person, shift: str, key: str | None = None) -> Act:
    return Act(who=person.token, method="POST", path=f"/shifts/{shift}/signups", key=key, tag=person)


def _cancel(person: Person, signup: str) -> Act:
    return Act(who=person.token, method="DELETE", path=f"/signups/{signup}", tag=person)


def _ids(answers: list[Answer]) -> dict[int, set[str]]:
    """Return person -> the ids of the places that the answers promised."""
    found: dict[int, set[str]] = {}
    for answer in answers:
        if answer.ok:
            found.setdefault(answer.act.tag.key, set()).add(str(answer.body.get("id")))
    return found


def last_places(judge: Judge) -> None:
    """A crowd wants a few places; every fifth presses on two devices, some of those with one Idempotency-Key."""
    world, dice = judge.street, judge.dice
    people = world.people(judge.people * 5 // 6)
    places = dice.randint(1, max(2, len(people) // 8))
    task = world.task([(*world.day(), places)])
    shift = task["shifts"][0]["id"]
    acts = [_press(person, shift) for person in people]
    for person in people[: judge.people - len(people)]:
        key = dice.choice([None, f"tap-{person.id}"])
        acts[people.index(person)] = _press(person, shift, key)
        acts.append(_press(person, shift, key))
    answers = judge.crowd(acts)
    won = _ids(answers)
    refused = {answer.act.tag.key for answer in answers if answer.status == 409}
    judge.equal("as many people got a place as there are places", len(won), places)
    judge.none(
        "one person got one place, whatever the number of devices", [ids for ids in won.values() if len(ids) > 1]
    )
    judge.none("nobody was both given a place and told that it is full", sorted(refused & set(won)))
    rows = world.place.rows(
        "SELECT g.public_id, g.person_id FROM signup g JOIN shift s ON s.id = g.shift_id "
        "WHERE s.public_id = :shift AND g.state = 'confirmed'",
        shift=shift,
    )
    judge.equal(
        "who was told to have a place has it, and nobody else",
        {row["person_id"]: {row["public_id"]} for row in rows},
        won,
    )
    places_agree(judge, task["id"], people)


def waiting_list(judge: Judge) -> None:
    """A full shift with a queue: people with a place cancel, people who wait cancel, and newcomers press, all at once."""
    world, dice = judge.street, judge.dice
    quarter = max(4, judge.people // 4)
    everybody = world.people(quarter * 3)
    holders, waiters, newcomers = everybody[:quarter], everybody[quarter : 2 * quarter], everybody[2 * quarter :]
    task = world.task([(*world.day(), quarter)], waitlist=True)
    shift = task["shifts"][0]["id"]
    mine = {answer.act.tag.key: answer.body["id"] for answer in world.sign_up(holders, shift)}
    mine |= {answer.act.tag.key: answer.body["id"] for answer in world.sign_up(waiters, shift)}
    leaving = dice.sample(holders, dice.randint(quarter // 2, quarter - 1))
    tired = dice.sample(waiters, dice.randint(1, quarter // 3))
    acts = [_cancel(person, mine[person.key]) for person in leaving + tired]
    acts += [_cancel(person, mine[person.key]) for person in leaving[::3]]  # the same from a second device
    acts += [_press(person, shift) for person in newcomers]
    judge.crowd(acts)
    gone = {person.key for person in leaving + tired}
    rows = world.place.rows(
        "SELECT g.person_id, g.state FROM signup g JOIN shift s ON s.id = g.shift_id "
        "WHERE s.public_id = :shift ORDER BY g.queued_at, g.id",
        shift=shift,
    )
    states = {row["person_id"]: row["state"] for row in rows}
    queue = [key for key in states if key in {person.key for person in waiters} - gone]
    waiting = [states[key] for key in queue]
    judge.equal("no place stays free while somebody waits", list(states.values()).count("confirmed"), quarter)
    judge.equal("places went to the first in the queue", waiting, sorted(waiting))
    judge.none("who cancelled holds nothing", [states[key] for key in gone if states[key] != "cancelled"])
    stayed = [states[person.key] for person in holders if person.key not in gone]
    judge.none("who did not cancel kept the place", [state for state in stayed if state != "confirmed"])
    if "waitlisted" in waiting:
        late = [states[person.key] for person in newcomers]
        judge.none("no newcomer passed those who waited", [state for state in late if state == "confirmed"])
    places_agree(judge, task["id"], everybody)


def two_places(judge: Judge) -> None:
    """Each person wants five shifts that overlap, from five devices at once."""
    world = judge.street
    devices = 5
    people = world.people(max(2, judge.people // devices))
    start, end = world.day()
    tasks = [world.task([(start, end, len(people))]) for _ in range(devices)]
    shifts = [task["shifts"][0]["id"] for task in tasks]
    answers = judge.crowd([_press(person, shift) for person in people for shift in shifts])
    won = _ids(answers)
    judge.equal("everybody got one of the overlapping shifts", len(won), len(people))
    judge.none("nobody got two", [ids for ids in won.values() if len(ids) > 1])
    places_agree(judge, judge.dice.choice(tasks)["id"], people)


TRIALS = (
    Trial(
        key="last-places",
        title="The last places",
        tried="A crowd presses 「报名」 for a few places at the same moment, some people on two phones.",
        never=(
            "more people than places",
            "two places for one person",
            "a free place while somebody is told it is full",
        ),
        words={
            "201 confirmed": "got a place",
            "200 confirmed": "the same place again, on the second phone",
            "409 shift_full": "told that it is full",
        },
        run=last_places,
    ),
    Trial(
        key="waiting-list",
        title="The waiting list against cancellations",
        tried="In a full shift with a queue, people give their places back, people in the queue give up and newcomers press, at once.",
        never=(
            "a place free while somebody waits",
            "a place given twice",
            "somebody passed in the queue",
            "a forgotten person",
        ),
        words={
            "200 cancelled": "gave the place or the turn back",
            "201 waitlisted": "a newcomer, now in the queue",
            "201 confirmed": "a newcomer, with a place at once",
        },
        run=waiting_list,
    ),
    Trial(
        key="two-places",
        title="One person, two places at one time",
        tried="Everybody signs up for five overlapping shifts from five devices at the same moment.",
        never=("one person confirmed in two shifts that overlap",),
        words={"201 confirmed": "got this shift", "409 time_conflict": "told that the other one overlaps"},
        run=two_places,
    ),
)
