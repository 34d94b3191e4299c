"""After a trial, over the API: what people, tasks, offers and budgets are shown is what stands in the tables."""

from __future__ import annotations

from collections.abc import Sequence

from proof.crowd import Act, in_turn
from proof.street import Person
from proof.trial import Judge

READ = 40  # people who look at their account after a trial


def points_agree(judge: Judge, people: Sequence[Person]) -> None:
    """Let some of `people` read their account: balance, held, hours and the book's lines say what the tables say."""
    seen = judge.dice.sample(list(people), min(READ, len(people)))
    street = judge.street
    paths = ("/me", "/me/points", "/me/points/entries?limit=100")
    answers = in_turn(
        street.place.port, [Act(who=each.token, method="GET", path=path, tag=each) for each in seen for path in paths]
    )
    judge.none("every account can be read", [answer.said for answer in answers if answer.status != 200])
    if any(answer.status != 200 for answer in answers):
        return
    accounts = {
        row["account"]: row["amount"]
        for row in street.place.rows("SELECT account, amount FROM balance WHERE account LIKE 'person:%'")
    }
    wrong = []
    for person, (me, points, book) in zip(seen, zip(*[iter(answers)] * len(paths), strict=True), strict=True):
        available, held, minutes = (
            accounts.get(f"person:{person.key}:{kind}", 0) for kind in ("available", "held", "minutes")
        )
        lines = book.body["items"]
        shown = {
            "balance": points.body["balance"],
            "balance on the first page": me.body["points_balance"],
            "sum of the book's lines": sum(line["points"] for line in lines) if len(lines) < 100 else available,
            "balance after the newest line": lines[0]["balance_after"] if lines else 0,
        }
        wrong += [f"{name} {value}, tables {available}" for name, value in shown.items() if value != available]
        if points.body["held"] != held:
            wrong.append(f"held {points.body['held']}, tables {held}")
        if me.body["service_minutes"] != minutes:
            wrong.append(f"hours {me.body['service_minutes']} min, tables {minutes} min")
    judge.none("what people are shown of points and hours is what the tables hold", wrong)


def places_agree(judge: Judge, task: str, people: Sequence[Person]) -> None:
    """The task shows as many taken places as the table has, and people read their own place truly."""
    street = judge.street
    shown = {each["id"]: each["taken"] for each in street.get(street.officers[0], f"/tasks/{task}")["shifts"]}
    rows = street.place.rows(
        "SELECT s.public_id, s.taken FROM shift s JOIN task t ON t.id = s.task_id WHERE t.public_id = :task", task=task
    )
    judge.equal("the API shows the places that are taken", shown, {row["public_id"]: row["taken"] for row in rows})
    seen = judge.dice.sample(list(people), min(READ, len(people)))
    answers = in_turn(
        street.place.port, [Act(who=each.token, method="GET", path="/me/signups?limit=100", tag=each) for each in seen]
    )
    kept = street.place.rows(
        "SELECT g.public_id, g.state FROM signup g JOIN shift s ON s.id = g.shift_id JOIN task t ON t.id = s.task_id "
        "WHERE t.public_id = :task",
        task=task,
    )
    states = {row["public_id"]: row["state"] for row in kept}
    wrong = [
        f"{item['id']} shown {item['state']}, table {states[item['id']]}"
        for answer in answers
        for item in answer.body.get("items", [])
        if item["id"] in states and item["state"] != states[item["id"]]
    ]
    wrong += [answer.said for answer in answers if answer.status != 200]
    judge.none("people are shown the state of their own place as the table has it", wrong)


def stock_agrees(judge: Judge, offer: str) -> None:
    """The offer shows what is left of its stock."""
    street = judge.street
    row = street.place.rows("SELECT stock, taken FROM offer WHERE public_id = :offer", offer=offer)[0]
    left = None if row["stock"] is None else row["stock"] - row["taken"]
    judge.equal(
        "the API shows what is left of the stock",
        street.get(street.managers[0], f"/offers/{offer}")["stock_left"],
        left,
    )
