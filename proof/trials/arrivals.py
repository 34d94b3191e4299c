"""Trials at the door: one scan from many devices, one person by three ways, a crowd, and arrivals against cancellations."""

from __future__ import annotations

from collections import Counter

from proof.crowd import Act, Answer
from proof.reading import places_agree, points_agree
from proof.street import Person
from proof.trial import Judge, Trial

POINTS, MINUTES = 20, 60
ARRIVED = {"201 check_in": "counted, with points and hours", "200 check_in": "the same arrival again, nothing added"}


def scan(person: Person, code: str, key: str | None = None) -> Act:
    return Act(who=person.token, method="POST", path="/checkins", body={"code": code}, key=key, tag=person)


def by_hand(by: Person, shift: str, person: Person, **whom: str) -> Act:
    return Act(who=by.token, method="POST", path=f"/shifts/{shift}/checkins", body=whom, tag=person)


def judge_credits(judge: Judge, answers: list[Answer], people: list[Person], *, points: int, minutes: int) -> None:
    """Each of `people` was counted exactly once, whatever the number of scans; all their answers name the same arrival."""
    first = Counter(answer.act.tag.key for answer in answers if answer.status == 201 and not answer.is_hit)
    arrivals: dict[int, set[str]] = {}
    for answer in answers:
        if answer.ok:
            arrivals.setdefault(answer.act.tag.key, set()).add(str(answer.body.get("id")))
    judge.none("everybody was counted once", [key for key in (p.key for p in people) if first[key] != 1])
    judge.none("all devices were told of the same arrival", [ids for ids in arrivals.values() if len(ids) != 1])
    told = {answer.body["points_awarded"] for answer in answers if answer.status == 201}
    judge.equal("the points promised are the task's", told, {points})
    rows = judge.street.place.rows("SELECT person_id, minutes, points FROM attendance")
    kept = {row["person_id"]: (row["minutes"], row["points"]) for row in rows}
    judge.none(
        "hours and points equal the one accepted scan",
        [kept.get(each.key) for each in people if kept.get(each.key) != (minutes, points)],
    )
    points_agree(judge, people)


def same_scan(judge: Judge) -> None:
    """Five devices of each person scan the same code; a third of the people use one Idempotency-Key for all."""
    world, devices = judge.street, 5
    people = world.people(max(2, judge.people // devices))
    shift = world.meeting(len(people), points=POINTS)["shifts"][0]["id"]
    world.sign_up(people, shift)
    code = world.venue_code(shift)
    keys = {person.key: judge.dice.choice([None, None, f"scan-{person.id}"]) for person in people}
    answers = judge.crowd([scan(person, code, keys[person.key]) for person in people for _ in range(devices)])
    judge_credits(judge, answers, people, points=POINTS, minutes=MINUTES)


def three_ways(judge: Judge) -> None:
    """Each person scans twice, while a leader ticks the list twice and staff scan the personal code twice."""
    world, dice = judge.street, judge.dice
    people = world.people(max(2, judge.people // 6))
    shift = world.meeting(len(people), points=POINTS)["shifts"][0]["id"]
    world.sign_up(people, shift)
    code = world.venue_code(shift)
    acts = []
    for person in people:
        acts += [scan(person, code)] * 2
        acts += [by_hand(dice.choice(world.leaders), shift, person, user_id=person.id) for _ in range(2)]
        acts += [by_hand(dice.choice(world.officers), shift, person, code=person.code) for _ in range(2)]
    judge_credits(judge, judge.crowd(acts), people, points=POINTS, minutes=MINUTES)


def whole_street(judge: Judge) -> None:
    """Everybody arrives in the same second, and strangers without a place scan, too."""
    world = judge.street
    people = world.people(max(2, judge.people * 4 // 5))
    strangers = world.people(max(1, judge.people // 5))
    shift = world.meeting(len(people), points=POINTS)["shifts"][0]["id"]
    world.sign_up(people, shift)
    code = world.venue_code(shift)
    answers = judge.crowd([scan(person, code) for person in people + strangers])
    turned_away = [answer for answer in answers if answer.status == 403]
    judge.equal(
        "exactly those without a place were turned away",
        sorted(answer.act.tag.key for answer in turned_away),
        sorted(person.key for person in strangers),
    )
    wrong = [answer.body for answer in turned_away if answer.body.get("facts", {}).get("may_join") is not False]
    judge.none("nobody was invited to join a full shift", wrong)
    judge_credits(judge, [answer for answer in answers if answer.ok], people, points=POINTS, minutes=MINUTES)


def come_or_cancel(judge: Judge) -> None:
    """Each person's phone scans twice while their other phone gives the place back twice."""
    world = judge.street
    people = world.people(max(2, judge.people // 4))
    task = world.meeting(len(people), points=POINTS, starts_in=20)
    shift = task["shifts"][0]["id"]
    mine = {answer.act.tag.key: answer.body["id"] for answer in world.sign_up(people, shift)}
    code = world.venue_code(shift)
    acts = [scan(person, code) for person in people for _ in range(2)]
    acts += [
        Act(who=person.token, method="DELETE", path=f"/signups/{mine[person.key]}", tag=person)
        for person in people
        for _ in range(2)
    ]
    answers = judge.crowd(acts)
    said: dict[int, set[str]] = {person.key: set() for person in people}
    for answer in answers:
        said[answer.act.tag.key].add(answer.said)
    came = {"201 check_in", "200 check_in", "409 too_late_to_cancel"}
    left = {"200 cancelled", "403 not_signed_up"}
    judge.none(
        "everybody heard one story on all their phones", [each for each in said.values() if each not in (came, left)]
    )
    rows = world.place.rows(
        "SELECT g.person_id, g.state, a.points FROM signup g JOIN shift s ON s.id = g.shift_id "
        "LEFT JOIN attendance a ON a.signup_id = g.id WHERE s.public_id = :shift",
        shift=shift,
    )
    wrong = [
        row for row in rows
        if (row["state"], row["points"]) != (("confirmed", POINTS) if said[row["person_id"]] == came else ("cancelled", None))
    ]  # fmt: skip
    judge.none("the tables tell the same story: came and was paid, or left and was not", wrong)
    places_agree(judge, task["id"], people)
    points_agree(judge, people)


def called_off(judge: Judge) -> None:
    """Staff call the task off while people arrive: what was given stays, the rest goes back once."""
    world, dice = judge.street, judge.dice
    people = world.people(max(2, judge.people * 4 // 5))
    task = world.meeting(len(people), points=POINTS)
    shift = task["shifts"][0]["id"]
    world.sign_up(people, shift)
    code = world.venue_code(shift)
    before = _budget(judge)
    acts = [scan(person, code) for person in people]
    acts += [
        Act(who=by.token, method="POST", path=f"/tasks/{task['id']}/cancellation", body={"reason": "下雨"}, after_s=dice.random() / 4)
        for by in world.officers[: max(1, judge.people // 20)]
    ]  # fmt: skip
    answers = judge.crowd(acts)
    counted = [answer.act.tag for answer in answers if answer.said == "201 check_in"]
    judge.equal(
        "the budget got back exactly what nobody earned",
        _budget(judge) - before,
        (len(people) - len(counted)) * POINTS,
    )
    rows = world.place.rows(
        "SELECT a.person_id FROM attendance a JOIN shift s ON s.id = a.shift_id WHERE s.public_id = :shift", shift=shift
    )
    judge.equal(
        "who was told to be counted is counted, and nobody else",
        sorted(row["person_id"] for row in rows),
        sorted(person.key for person in counted),
    )
    points_agree(judge, people)


def _budget(judge: Judge) -> int:
    row = judge.street.place.rows(
        "SELECT b.amount FROM balance b JOIN area a ON b.account = 'budget:' || a.id WHERE a.code = 'street'"
    )
    return int(row[0]["amount"])


TRIALS = (
    Trial(
        key="same-scan",
        title="The same scan from several devices",
        tried="Five phones of each person scan the same venue code at the same moment, some repeating one request by its key.",
        never=("points or hours twice for one arrival", "an arrival lost"),
        words=ARRIVED,
        run=same_scan,
    ),
    Trial(
        key="three-ways",
        title="One person by list, personal code and own scan",
        tried="While a person scans, a leader ticks them in the list and staff scan their personal code, each twice.",
        never=("points or hours twice for one arrival", "an arrival lost"),
        words=ARRIVED,
        run=three_ways,
    ),
    Trial(
        key="whole-street",
        title="A whole street at the door",
        tried="Everybody with a place scans in the same second, and so do people without one.",
        never=("an arrival lost or counted twice", "points for somebody without a place"),
        words={**ARRIVED, "403 not_signed_up": "has no place, and was told so"},
        run=whole_street,
    ),
    Trial(
        key="come-or-cancel",
        title="Arriving against cancelling",
        tried="One phone of each person scans while the other gives the place back.",
        never=("a place given back and paid for", "somebody who came without a place"),
        words={
            **ARRIVED,
            "409 too_late_to_cancel": "has been checked in, so the place stays",
            "200 cancelled": "gave the place back first",
            "403 not_signed_up": "scanned after giving the place back",
        },
        run=come_or_cancel,
    ),
    Trial(
        key="called-off",
        title="A task called off while people arrive",
        tried="Staff cancel the task, several at once, while everybody scans at the door.",
        never=("the rest of the points back twice", "points that no budget covers", "a credit taken back"),
        words={
            "201 check_in": "counted before the task was called off",
            "200 cancelled": "the task is called off",
            "403 not_signed_up": "came after it was called off",
            "409 outside_window": "came after it was called off",
        },
        run=called_off,
    ),
)
