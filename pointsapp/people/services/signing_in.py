"""Signing in with a password: checked before the transaction, decided inside it, failures counted per account.

The answer never tells whether the account exists, neither in words nor in time. A refused try is not counted, so waiting
ends; the one-time code at the desk is never throttled.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Refused
from pointsapp.core.states import rows_changed
from pointsapp.people.errors import InvalidCredentials, TooManyAttempts
from pointsapp.people.models import Person, SignInFailure
from pointsapp.people.policies import FAILURES_PER_ACCOUNT, FAILURES_PER_ACCOUNT_DAY, FAILURES_PER_ADDRESS
from pointsapp.people.queries import RoleLine, load_actor, roles_of
from pointsapp.people.rules import wait_after_failures
from pointsapp.people.services.passwords import is_right
from pointsapp.people.services.tokens import create_token

WINDOW, LONG_WINDOW = timedelta(minutes=15), timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """`phone` and `volunteer_number` are what the typed account reads as; both where a page has one field for either."""

    phone: str | None = None
    volunteer_number: str | None = None
    password: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSignIn:
    """What the check found: whose password it is (None: nobody's), and the keys under which a failure is counted."""

    person_id: int | None
    password_hash: str | None
    account_keys: tuple[str, ...]
    address_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who has signed in."""

    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUser:
    """Whom an API session is for."""

    public_id: str
    display_name: str
    roles: tuple[RoleLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSession:
    """An API session: the only moment at which its token is known."""

    token: str
    expires_at: datetime
    user: SessionUser


def check_password(session: Session, attempt: SignIn, *, now: datetime) -> CheckedSignIn:
    """Compare the password, reading only. Runs before the transaction, because hashing takes longer than a write."""
    rows = session.execute(
        select(Person.id, Person.password_hash)
        .where(
            or_(
                Person.phone == attempt.phone if attempt.phone else False,  # type: ignore[arg-type]
                Person.volunteer_number == attempt.volunteer_number if attempt.volunteer_number else False,  # type: ignore[arg-type]
            ),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    ).all()
    typed = attempt.phone or attempt.volunteer_number or ""
    # One key per person, whichever of their two names was typed; an unknown account is counted just the same.
    account_keys = tuple(_key(f"person:{row.id}") for row in rows) or (_key(f"typed:{typed}"),)
    address_key = _key(f"address:{attempt.address}") if attempt.address else None
    _refuse_too_many(session, account_keys, address_key, now)
    right = None
    for row in (*rows,) or (None,):
        if is_right(row.password_hash if row else None, attempt.password):
            right = row
            break
    return CheckedSignIn(
        person_id=right.id if right else None,
        password_hash=right.password_hash if right else None,
        account_keys=account_keys,
        address_key=address_key,
    )


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sign_in_with_password(session: Session, checked: CheckedSignIn, *, now: datetime) -> SignedIn | Refused:
    """Decide a checked sign-in. A failure is kept (Refused commits); it is judged again here, so parallel guesses count."""
    _refuse_too_many(session, checked.account_keys, checked.address_key, now)
    actor = None
    if checked.person_id is not None:
        still = session.scalar(select(Person.password_hash).where(Person.id == checked.person_id))
        if still == checked.password_hash:  # else it was changed while we hashed
            actor = load_actor(session, checked.person_id, now=now)
    if actor is None:
        keys = [*checked.account_keys, *([checked.address_key] if checked.address_key else [])]
        session.execute(insert(SignInFailure), [{"key": key, "at": now} for key in keys])
        return Refused(InvalidCredentials())
    session.execute(delete(SignInFailure).where(SignInFailure.key == _key(f"person:{actor.person_id}")))
    return SignedIn(actor=actor)


def sign_in_for_token(session: Session, checked: CheckedSignIn, *, now: datetime) -> ApiSession | Refused:
    """Decide a checked sign-in and open an API session."""
    signed = sign_in_with_password(session, checked, now=now)
    return signed if isinstance(signed, Refused) else open_api_session(session, signed.actor, now=now)


def open_api_session(session: Session, actor: Actor, *, now: datetime) -> ApiSession:
    """Give `actor` a bearer token."""
    made = create_token(session, actor.person_id, now=now)
    user = SessionUser(
        public_id=actor.public_id,
        display_name=actor.display_name,
        roles=roles_of(session, actor.person_id, now=now),
    )
    return ApiSession(token=made.token, expires_at=made.expires_at, user=user)


def _refuse_too_many(session: Session, account_keys: tuple[str, ...], address_key: str | None, now: datetime) -> None:
    per_account, per_day, per_address = policy.values(
        session, FAILURES_PER_ACCOUNT, FAILURES_PER_ACCOUNT_DAY, FAILURES_PER_ADDRESS, now=now
    )
    waits = [0]
    for key in account_keys:
        failed_at = _newest_failures(session, key, now - LONG_WINDOW, max(per_account, per_day))
        waits.append(wait_after_failures(failed_at, per_account, WINDOW, now))
        waits.append(wait_after_failures(failed_at, per_day, LONG_WINDOW, now))
    if address_key is not None:
        failed_at = _newest_failures(session, address_key, now - WINDOW, per_address)
        waits.append(wait_after_failures(failed_at, per_address, WINDOW, now))
    if max(waits):
        raise TooManyAttempts(retry_after=max(waits))


def _newest_failures(session: Session, key: str, since: datetime, most: int) -> list[datetime]:
    return list(
        session.scalars(
            select(SignInFailure.at)
            .where(SignInFailure.key == key, SignInFailure.at > since)
            .order_by(SignInFailure.at.desc())
            .limit(most)
        )
    )


def forget_old_failures(session: Session, *, now: datetime) -> int:
    """Delete failures that no window reaches any more; return how many."""
    return rows_changed(session, delete(SignInFailure).where(SignInFailure.at <= now - LONG_WINDOW))
