"""Trials of vouchers: the stock, a person's limit, a person's points, and one request sent many times."""

from __future__ import annotations

from collections import Counter

from proof.crowd import Act, Answer
from proof.reading import points_agree, stock_agrees
from proof.street import Person
from proof.trial import Judge, Trial


def _take(person: Person, offer: str, key: str | None = None) -> Act:
    return Act(who=person.token, method="POST", path=f"/offers/{offer}/vouchers", key=key, tag=person)


def _kept(judge: Judge, offer: str) -> dict[int, int]:
    """Return person -> their vouchers of `offer` in the tables."""
    rows = judge.street.place.rows(
        "SELECT v.person_id, COUNT(*) AS n FROM voucher v JOIN offer o ON o.id = v.offer_id "
        "WHERE o.public_id = :offer AND v.state = 'issued' GROUP BY v.person_id",
        offer=offer,
    )
    return {row["person_id"]: row["n"] for row in rows}


def _promised(answers: list[Answer]) -> Counter[int]:
    """Return person -> how many different vouchers they were told to have."""
    return Counter(key for key, _voucher in {(a.act.tag.key, a.body["id"]) for a in answers if a.ok})


def stock(judge: Judge) -> None:
    """A crowd with points for two vouchers each wants an offer that has few; half of the people press twice."""
    world, dice = judge.street, judge.dice
    people = world.people(max(3, judge.people * 2 // 3))
    price = dice.randint(5, 40)
    items, limit = dice.randint(1, max(2, len(people) // 3)), dice.choice([None, 1, 2])
    world.fund(people, 2 * price + dice.randint(0, price - 1))
    offer = world.offer(points=price, stock=items, per_person_limit=limit)["id"]
    answers = judge.crowd([_take(person, offer) for person in people + people[: judge.people - len(people)]])
    promised, kept = _promised(answers), _kept(judge, offer)
    judge.equal("who was told to have a voucher has it, and nobody else", kept, dict(promised))
    judge.equal("exactly the stock was given out", sum(kept.values()), items)
    said_limit = {answer.act.tag.key for answer in answers if answer.code == "limit_reached"}
    judge.none("only who has reached the limit was told so", [key for key in said_limit if promised[key] != limit])
    stock_agrees(judge, offer)
    points_agree(judge, people)


def limits(judge: Judge) -> None:
    """People press five times for an offer with a limit per person, or with points for less than five."""
    world, dice = judge.street, judge.dice
    presses = 5
    people = world.people(max(2, judge.people // presses))
    price, limit, affordable = dice.randint(5, 40), dice.randint(1, 3), dice.randint(1, 4)
    world.fund(people, price * affordable + dice.randint(0, price - 1))
    offer = world.offer(points=price, per_person_limit=limit)["id"]
    answers = judge.crowd([_take(person, offer) for person in people for _ in range(presses)])
    promised, kept = _promised(answers), _kept(judge, offer)
    judge.equal("who was told to have a voucher has it, and nobody else", kept, dict(promised))
    judge.none(
        "everybody got as many as the limit and their points allow, no more and no less",
        [number for number in (kept.get(person.key, 0) for person in people) if number != min(limit, affordable)],
    )
    reason = "limit_reached" if limit <= affordable else "insufficient_points"
    wrong = [answer.code for answer in answers if not answer.ok and answer.code != reason]
    judge.none("every refusal gave the true reason", wrong)
    points_agree(judge, people)


def one_key(judge: Judge) -> None:
    """A phone on a bad line sends one request five times with its Idempotency-Key: one voucher."""
    world = judge.street
    people = world.people(max(2, judge.people // 5))
    world.fund(people, 300)
    offer = world.offer(points=30)["id"]
    answers = judge.crowd([_take(person, offer, f"once-{person.id}") for person in people for _ in range(5)])
    judge.equal("one voucher each", _kept(judge, offer), {person.key: 1 for person in people})
    judge.equal("all answers name that one voucher", dict(_promised(answers)), {person.key: 1 for person in people})
    first = Counter(answer.act.tag.key for answer in answers if not answer.is_hit)
    judge.none("all answers but the first say that they repeat", [number for number in first.values() if number != 1])
    points_agree(judge, people)


ISSUED = "got a voucher; its points are held"
TRIALS = (
    Trial(
        key="stock",
        title="Vouchers against the stock",
        tried="A crowd exchanges points for an offer that has only a few, many people pressing twice.",
        never=(
            "more vouchers than stock",
            "points taken without a voucher",
            "a voucher left while somebody is told it is sold out",
        ),
        words={
            "201 issued": ISSUED,
            "409 out_of_stock": "told that none is left",
            "409 limit_reached": "told that they have as many as one person may",
        },
        run=stock,
    ),
    Trial(
        key="limits",
        title="A person's limit and a person's points",
        tried="Everybody presses five times at once for an offer with a limit per person and with points for only some of it.",
        never=("more vouchers than the limit", "points spent that are not there", "a balance below zero"),
        words={
            "201 issued": ISSUED,
            "409 limit_reached": "told that they have as many as one person may",
            "409 insufficient_points": "told that the points do not reach",
        },
        run=limits,
    ),
    Trial(
        key="one-key",
        title="One request sent five times",
        tried="On a bad line a phone sends the same exchange five times at once, with the same Idempotency-Key.",
        never=("two vouchers for one wish",),
        words={"201 issued": "the voucher, and for the repeats the same voucher again"},
        run=one_key,
    ),
)
