"""The same request twice is one act: the API's `Idempotency-Key` and a form's `request_id` are one mechanism.

The key is kept per person and call with a hash of the input and the first successful answer. It is written in the same
transaction as the act, so either both stand or neither. Refusals are not stored: a retry is judged anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core.bundle import insert, write_rows
from pointsapp.core.db import Base, instant, ref, row_id, table_of
from pointsapp.core.errors import IdempotencyKeyReused, Refused
from pointsapp.core.states import rows_changed
from pointsapp.core.swift import Swift

KEPT = timedelta(hours=24)  # contract.md: "kept 24 h per person and call"
MAX_KEY_LENGTH = 200


class StoredAnswer(Base):
    """The first successful answer to one key."""

    __tablename__ = "stored_answer"
    __table_args__ = (Index("uq_stored_answer_key", "person_id", "call", "key", unique=True),)

    id: Mapped[row_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    call: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(MAX_KEY_LENGTH))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[Any] = mapped_column(JSON)
    created_at: Mapped[instant] = mapped_column(index=True)


_answers = table_of(StoredAnswer)
_KEPT = Swift(
    lambda: select(_answers).where(
        _answers.c.person_id == bindparam("person_id"),
        _answers.c.call == bindparam("call"),
        _answers.c.key == bindparam("key"),
    )
)
_COLUMNS = ("person_id", "call", "key", "fingerprint", "status", "body", "created_at")
ANSWER = insert("stored_answer", {name: f":{name}" for name in _COLUMNS})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door sends: a status and a JSON body; `is_replay` when it was stored before."""

    status: int
    body: Any
    is_replay: bool = False


def fingerprint(payload: Any) -> str:
    """Return a hash of the input; key order does not matter."""
    text = json.dumps(payload, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    session: Session,
    act: Callable[[Session], Answer | Refused],
    *,
    person_id: int,
    call: str,
    key: str | None,
    payload: Any,
    now: datetime,
) -> Answer | Refused:
    """Run `act` unless this person's `key` already has its answer; raise IdempotencyKeyReused for another payload.

    Two requests racing with one key meet at the unique index: the loser looks again and finds the stored answer.
    """
    if not key:
        return act(session)
    mark = fingerprint(payload)
    kept = _KEPT.one(session, person_id=person_id, call=call, key=key)
    if kept is not None and kept.created_at > now - KEPT:
        if kept.fingerprint != mark:
            raise IdempotencyKeyReused()
        return Answer(kept.status, kept.body, is_replay=True)
    if kept is not None:
        rows_changed(session, delete(StoredAnswer).where(StoredAnswer.id == kept.id))
    answer = act(session)
    if isinstance(answer, Refused):
        return answer
    row = {"person_id": person_id, "call": call, "key": key, "fingerprint": mark, "status": answer.status}
    write_rows(session, (ANSWER,), row | {"body": json.dumps(answer.body), "created_at": now})
    return answer


def forget_old_answers(session: Session, *, now: datetime) -> int:
    """Delete answers past their 24 hours; return how many. They promise nothing any more."""
    return rows_changed(session, delete(StoredAnswer).where(StoredAnswer.created_at < now - KEPT))
