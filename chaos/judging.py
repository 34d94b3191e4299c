"""After a fault: what people were told against what is kept, act by act; then the proof's rules and the ledger's own sum."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from chaos.life import KINDS, Deed, Life
from proof.trial import Judge

if TYPE_CHECKING:
    from chaos.fault import Outcome

DRAINED_S = 20.0
# What each kind of act leaves: (public id, whose), all of them in this life's shift or offer.
KEPT = {
    "sign-up": "SELECT g.public_id, g.person_id FROM signup g JOIN shift s ON s.id = g.shift_id "
    "WHERE s.public_id = :shift AND g.state = 'confirmed'",
    "arrival": "SELECT a.public_id, a.person_id FROM attendance a JOIN shift s ON s.id = a.shift_id WHERE s.public_id = :shift",
    "voucher": "SELECT v.public_id, v.person_id FROM voucher v JOIN offer o ON o.id = v.offer_id "
    "WHERE o.public_id = :offer AND v.state IN ('issued', 'redeemed')",
    "redemption": "SELECT r.public_id, v.person_id FROM redemption r JOIN voucher v ON v.id = r.voucher_id "
    "JOIN offer o ON o.id = v.offer_id WHERE o.public_id = :offer AND r.reversed_at IS NULL",
}
UNDELIVERED = "SELECT COUNT(*) AS n FROM event_delivery WHERE done_at IS NULL"
TOLD_TWICE = "SELECT event_id, person_id FROM notice GROUP BY event_id, person_id HAVING COUNT(*) > 1"


def judge(verdict: Judge, life: Life, outcome: Outcome) -> None:
    """Judge all acts of `life`; what is found goes into the verdict's outcome."""
    place = verdict.street.place
    verdict.check("people lived on through it", outcome.acknowledged > 0, len(life.deeds))
    refused = [(d.kind, d.answer.said, d.troubles) for d in life.deeds if d.answer is not None and not d.acknowledged]
    verdict.none("nobody who repeats with their key is refused", refused)
    answers = {row["key"] for row in place.rows("SELECT key FROM stored_answer")}
    for kind in KINDS:
        rows = place.rows(KEPT[kind], **({"shift": life.shift} if ":shift" in KEPT[kind] else {"offer": life.offer}))
        _judge_kind(verdict, kind, list(life.of_kind(kind)), rows, answers, outcome)
    verdict.judge_tables()
    verdict.judge_command()
    _judge_news(verdict)


def _judge_kind(
    verdict: Judge, kind: str, deeds: list[Deed], rows: list[dict[str, object]], answers: set[str], outcome: Outcome
) -> None:
    kept = Counter((row["person_id"]) for row in rows)
    numbers = {row["person_id"]: row["public_id"] for row in rows}
    heard = [deed for deed in deeds if deed.acknowledged]
    verdict.none(
        f"every acknowledged {kind} is there exactly once",
        [f"person {d.person.key}: {kept[d.person.key]} rows" for d in heard if kept[d.person.key] != 1],
    )
    verdict.none(
        f"every acknowledged {kind} is the one people were told of",
        [
            f"told {d.answer.body.get('id')}, kept {numbers.get(d.person.key)}"
            for d in heard
            if d.answer is not None and d.answer.body.get("id") != numbers.get(d.person.key)
        ],
    )
    verdict.none(
        f"of an unacknowledged {kind} there is all or nothing",
        [
            f"person {d.person.key}: {kept[d.person.key]} rows, answer {'kept' if d.act.key in answers else 'not kept'}"
            for d in deeds
            if d.answer is None and (kept[d.person.key], d.act.key in answers) not in ((0, False), (1, True))
        ],
    )
    verdict.none(
        f"the answer to every acknowledged {kind} is kept with it",
        [f"person {d.person.key}" for d in heard if d.act.key not in answers],
    )
    asked = {deed.person.key for deed in deeds}
    verdict.none(f"no {kind} that nobody asked for", [key for key in kept if key not in asked])
    outcome.stood += sum(1 for deed in deeds if deed.answer is None and kept[deed.person.key])


def _judge_news(verdict: Judge) -> None:
    """The worker tells everybody what happened to them, in the end, and once."""
    place, until = verdict.street.place, time.monotonic() + DRAINED_S
    while (left := place.rows(UNDELIVERED)[0]["n"]) and time.monotonic() < until:
        time.sleep(0.2)
    verdict.equal("the worker has delivered all news", left, 0)
    verdict.none("nobody is told twice of one event", place.rows(TOLD_TWICE))
