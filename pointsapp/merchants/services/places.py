"""Merchants join, change their particulars, pause and come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import areas_by_codes, require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.table_file import BadFile
from pointsapp.merchants.errors import CodeTaken
from pointsapp.merchants.models import Merchant
from pointsapp.merchants.policies import may_register_merchant, may_run_merchant
from pointsapp.merchants.queries import MerchantRow, merchant_by_id, merchants_by_codes, require_merchant

MAX_CODE, MAX_NAME, MAX_ADDRESS = 40, 60, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMerchant:
    """`area` is an id or a code; `code` is the name people chose for the merchant."""

    code: str
    name: str
    area: str
    address: str
    phone: str | None = None
    opening_hours: str | None = None


def register_merchant(session: Session, actor: Actor, command: RegisterMerchant, *, now: datetime) -> MerchantRow:
    """Enter a partner; its manager is invited afterwards."""
    area = require_area(session, command.area, field="area_id")
    require(may_register_merchant(actor, area.path))
    if session.scalar(select(Merchant.id).where(Merchant.code == command.code)) is not None:
        raise CodeTaken(code=command.code)
    merchant = Merchant(
        code=command.code,
        name=command.name,
        area_id=area.id,
        address=command.address,
        phone=command.phone,
        opening_hours=command.opening_hours,
        created_at=now,
    )
    session.add(merchant)
    session.flush()
    _trace(session, "merchants.registered", merchant.id, area.id, actor, now)
    return merchant_by_id(session, merchant.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMerchant:
    merchant: str
    name: str
    address: str
    phone: str | None
    opening_hours: str | None


def change_merchant(session: Session, actor: Actor, command: ChangeMerchant, *, now: datetime) -> MerchantRow:
    """Correct name, address, phone and hours."""
    row = require_merchant(session, command.merchant)
    require(may_run_merchant(actor, row.id, row.area_path))
    session.execute(
        update(Merchant)
        .where(Merchant.id == row.id)
        .values(
            name=command.name,
            address=command.address,
            phone=command.phone,
            opening_hours=command.opening_hours,
        )
    )
    _trace(session, "merchants.changed", row.id, row.area_id, actor, now)
    return merchant_by_id(session, row.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseMerchant:
    merchant: str
    reason: str | None = None


def pause_merchant(session: Session, actor: Actor, command: PauseMerchant, *, now: datetime) -> MerchantRow:
    """Stop issuing this merchant's offers; vouchers already issued still count."""
    return _pause(session, actor, command.merchant, paused_at=now, reason=command.reason, now=now)


def resume_merchant(session: Session, actor: Actor, merchant: str, *, now: datetime) -> MerchantRow:
    """Issue this merchant's offers again."""
    return _pause(session, actor, merchant, paused_at=None, reason=None, now=now)


def _pause(
    session: Session, actor: Actor, merchant: str, *, paused_at: datetime | None, reason: str | None, now: datetime
) -> MerchantRow:
    row = require_merchant(session, merchant)
    require(may_run_merchant(actor, row.id, row.area_path))
    session.execute(update(Merchant).where(Merchant.id == row.id).values(paused_at=paused_at, pause_reason=reason))
    kind = "merchants.resumed" if paused_at is None else "merchants.paused"
    _trace(session, kind, row.id, row.area_id, actor, now)
    return merchant_by_id(session, row.id)


def _trace(session: Session, kind: str, merchant_id: int, area_id: int, actor: Actor, now: datetime) -> None:
    events.record(session, kind, at=now, subject=f"merchant:{merchant_id}", area_id=area_id, actor_id=actor.person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantDraft:
    """One row of an import; `line` is where it stands in the file."""

    line: int
    code: str
    name: str
    area_code: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMerchants:
    added: int
    changed: int
    kept: int


def import_merchants(session: Session, drafts: Sequence[MerchantDraft], *, now: datetime) -> ImportedMerchants:
    """Enter or correct all merchants of a file, or none: raises BadFile naming every bad row."""
    areas = areas_by_codes(session, {draft.area_code for draft in drafts})
    problems: list[tuple[int, str]] = []
    first: dict[str, int] = {}
    for draft in drafts:
        problems += [(draft.line, reason) for reason in _too_long(draft)]
        if draft.area_code not in areas:
            problems.append((draft.line, f"unknown area_code {draft.area_code!r}"))
        if first.setdefault(draft.code, draft.line) != draft.line:
            problems.append((draft.line, f"code {draft.code!r} stands in line {first[draft.code]} too"))
    if problems:
        raise BadFile(problems)
    known = merchants_by_codes(session, first)
    added = changed = 0
    for draft in drafts:
        area, row = areas[draft.area_code], known.get(draft.code)
        if row is None:
            session.execute(
                insert(Merchant).values(
                    public_id=new_public_id(),
                    code=draft.code,
                    name=draft.name,
                    area_id=area.id,
                    address=draft.address,
                    created_at=now,
                )
            )
            added += 1
        elif (row.name, row.area_id, row.address) != (draft.name, area.id, draft.address):
            session.execute(
                update(Merchant)
                .where(Merchant.id == row.id)
                .values(name=draft.name, area_id=area.id, address=draft.address)
            )
            changed += 1
    return ImportedMerchants(added=added, changed=changed, kept=len(drafts) - added - changed)


def _too_long(draft: MerchantDraft) -> list[str]:
    bounds = {"code": MAX_CODE, "name": MAX_NAME, "address": MAX_ADDRESS}
    return [
        f"{name} is longer than {most} characters" for name, most in bounds.items() if len(getattr(draft, name)) > most
    ]
