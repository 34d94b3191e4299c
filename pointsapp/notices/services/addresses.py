"""Where a person wants to be told beside the house: an address is proved before anything else goes there."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import NotFound, Refused
from pointsapp.core.masking import mask_phone
from pointsapp.core.states import rows_changed
from pointsapp.notices.errors import AddressProved, ChannelOff, CodeWrong, TooManyAddresses, TooManyCodes
from pointsapp.notices.models import Address, ChannelName, Choice, Sending, SendingState
from pointsapp.notices.policies import CODE_MINUTES, CODE_TRIES, CODES_A_DAY
from pointsapp.notices.queries.addresses import MOST_ADDRESSES
from pointsapp.notices.rules import code_of, digest_of, shown_mail

BETWEEN_CODES = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddress:
    """An e-mail address or a phone number, to be proved by a code."""

    channel: ChannelName
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPush:
    """What a browser's push service gave; the browser asked its owner, which proves it. `label`: which browser."""

    endpoint: str
    p256dh: str
    auth: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAddress:
    address: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """subject -> channels; minutes of the local day."""

    wants: Mapping[str, tuple[str, ...]]
    quiet_from: int
    quiet_until: int
    urgent_passes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressReceipt:
    """Which address it was; a repeat had nothing left to do."""

    public_id: str
    is_repeat: bool = False


def add_address(
    session: Session, actor: Actor, command: AddAddress, *, ready: Collection[str], now: datetime
) -> AddressReceipt:
    """Note an e-mail address or phone number and send the code that proves it."""
    row = _place(session, actor, command.channel, command.address, _shown(command), ready, now)
    if row.verified_at is not None:
        return AddressReceipt(public_id=row.public_id, is_repeat=True)
    _send_code(session, row, now)
    return AddressReceipt(public_id=row.public_id)


def add_push(
    session: Session, actor: Actor, command: AddPush, *, ready: Collection[str], now: datetime
) -> AddressReceipt:
    """Note this browser. Whoever used it before is told nothing there any more: it would be read by somebody else."""
    kept = json.dumps({"endpoint": command.endpoint, "p256dh": command.p256dh, "auth": command.auth})
    digest = digest_of(ChannelName.PUSH, command.endpoint)
    row = _place(session, actor, ChannelName.PUSH, kept, command.label, ready, now, digest)
    others = update(Address).where(
        Address.channel == ChannelName.PUSH, Address.digest == digest, Address.person_id != actor.person_id
    )
    rows_changed(session, others.where(Address.ended_at.is_(None)).values(ended_at=now))
    is_repeat = row.verified_at is not None and row.address == kept
    row.address, row.label, row.verified_at = kept, command.label, row.verified_at or now
    session.flush()
    return AddressReceipt(public_id=row.public_id, is_repeat=is_repeat)


def send_code(session: Session, actor: Actor, address: str, *, ready: Collection[str], now: datetime) -> AddressReceipt:
    """Send a new code to an address that is not proved yet; the old one ends."""
    row = _own(session, actor, address)
    _be_ready(row.channel, ready)
    if row.verified_at is not None:
        raise AddressProved()
    _send_code(session, row, now)
    return AddressReceipt(public_id=row.public_id)


def confirm_address(
    session: Session, actor: Actor, command: ConfirmAddress, *, secret: str, now: datetime
) -> AddressReceipt | Refused:
    """Prove an address by its code. A wrong one is counted: six digits stand a handful of guesses."""
    row = _own(session, actor, command.address)
    if row.verified_at is not None:
        return AddressReceipt(public_id=row.public_id, is_repeat=True)
    minutes, tries = policy.values(session, CODE_MINUTES, CODE_TRIES, now=now)
    if row.code_at is None or now > row.code_at + timedelta(minutes=minutes) or row.code_tries >= tries:
        return Refused(CodeWrong(left=0))
    if not hmac.compare_digest(code_of(secret, row.public_id, row.code_at), command.code):
        # Counted in the statement: of two guesses at once both count.
        rows_changed(session, update(Address).where(Address.id == row.id).values(code_tries=Address.code_tries + 1))
        return Refused(CodeWrong(left=tries - row.code_tries - 1))
    row.verified_at, row.code_at = now, None
    session.flush()
    return AddressReceipt(public_id=row.public_id)


def remove_address(session: Session, actor: Actor, address: str, *, now: datetime) -> AddressReceipt:
    """Forget an address and stop whatever is on its way there.

    Its digest stays for a day with the codes that went there: else adding and removing a stranger's number would ring it for ever.
    """
    row = _own(session, actor, address)
    is_repeat = not row.address
    row.address, row.label, row.verified_at, row.code_at, row.ended_at = "", "", None, None, now
    waiting = update(Sending).where(Sending.address_id == row.id, Sending.state == SendingState.WAITING)
    rows_changed(session, waiting.values(state=SendingState.VOID, ended_at=now, reason="address_gone"))
    session.flush()
    return AddressReceipt(public_id=address, is_repeat=is_repeat)


def choose(session: Session, actor: Actor, command: Choose, *, now: datetime) -> Choose:
    """Keep what the person wants where, and when it is quiet."""
    row = session.scalar(select(Choice).where(Choice.person_id == actor.person_id))
    if row is None:
        row = Choice(person_id=actor.person_id)
        session.add(row)
    row.wants = {subject: list(channels) for subject, channels in command.wants.items()}
    row.quiet_from, row.quiet_until = command.quiet_from, command.quiet_until
    row.urgent_passes, row.changed_at = command.urgent_passes, now
    session.flush()
    return command


def _own(session: Session, actor: Actor, address: str) -> Address:
    row = session.scalar(
        select(Address).where(Address.public_id == address, Address.person_id == actor.person_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    return row


def _be_ready(channel: ChannelName, ready: Collection[str]) -> None:
    if channel.value not in ready:
        raise ChannelOff()


def _place(
    session: Session,
    actor: Actor,
    channel: ChannelName,
    address: str,
    label: str,
    ready: Collection[str],
    now: datetime,
    digest: str = "",
) -> Address:
    """Return the person's row of this place, made where there was none."""
    _be_ready(channel, ready)
    digest = digest or digest_of(channel, address)
    mine = Address.person_id == actor.person_id
    row = session.scalar(
        select(Address).where(mine, Address.channel == channel, Address.digest == digest).with_for_update()
    )
    if row is not None:
        if row.ended_at is not None:  # it was given up, and is wanted again: proved anew
            row.ended_at, row.verified_at = None, None
            row.address, row.label = address, label
        return row
    if (session.scalar(select(func.count()).where(mine, Address.ended_at.is_(None))) or 0) >= MOST_ADDRESSES:
        raise TooManyAddresses(most=MOST_ADDRESSES)
    row = Address(
        public_id=new_public_id(),
        person_id=actor.person_id,
        channel=channel,
        address=address,
        digest=digest,
        label=label,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _send_code(session: Session, row: Address, now: datetime) -> None:
    """Put a code on its way; few a day, per person and per place, for a stranger's phone may stand there."""
    day = Sending.created_at > now - timedelta(days=1)
    codes = select(func.count()).select_from(Sending).where(Sending.notice_id.is_(None), day)
    same = select(Address.id).where(Address.channel == row.channel, Address.digest == row.digest)
    most = policy.value(session, CODES_A_DAY, now=now)
    by_person = session.scalar(codes.where(Sending.person_id == row.person_id)) or 0
    by_place = session.scalar(codes.where(Sending.address_id.in_(same))) or 0
    is_too_soon = row.code_at is not None and now < row.code_at + BETWEEN_CODES
    if max(by_person, by_place) >= most or is_too_soon:
        raise TooManyCodes(retry_after=int(BETWEEN_CODES.total_seconds()) if is_too_soon else 24 * 3600)
    row.code_at, row.code_tries = now, 0
    session.add(
        Sending(
            person_id=row.person_id,
            address_id=row.id,
            state=SendingState.WAITING,
            created_at=now,
            due_at=now,
        )
    )
    session.flush()


def _shown(command: AddAddress) -> str:
    return mask_phone(command.address) if command.channel is ChannelName.SMS else shown_mail(command.address)
