"""What operators bring in from files and commands: people with their roles, all rows or none. The same file again changes
nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow, areas_by_codes
from pointsapp.core import clock
from pointsapp.core.actor import MERCHANT_ROLES, Role
from pointsapp.core.letters import is_fit, is_seen
from pointsapp.core.masking import mask_name
from pointsapp.core.table_file import BadFile
from pointsapp.people.models import Person
from pointsapp.people.policies import needs_area, needs_merchant
from pointsapp.people.queries import MerchantPlace, PersonRow, merchants_by_codes, persons_by_phones
from pointsapp.people.rules import NAME_MOST, read_phone
from pointsapp.people.services.joining import NewPerson, create_people
from pointsapp.people.services.profiles import mark_verified, take_phone_from_unverified
from pointsapp.people.services.roles import add_role


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """One row of a users file: a person, and one role or none, with its first and last day if it has any. `phone` is as it was typed."""

    line: int
    phone: str
    name: str
    role: str = ""
    area_code: str = ""
    merchant_code: str = ""
    starts_on: str = ""
    ends_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPeople:
    """How many people were added, changed (home area, verified) and roles given; `ids` by phone."""

    added: int
    changed: int
    roles: int
    ids: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the file's codes and phones stand for now."""

    areas: dict[str, AreaRow]
    merchants: dict[str, MerchantPlace]
    people: dict[str, PersonRow]


def import_people(session: Session, drafts: Sequence[PersonDraft], *, now: datetime) -> ImportedPeople:
    """Create or complete the people in `drafts`; raise BadFile naming every bad row, and then nothing is written.

    A person is known by phone and name. An unverified stranger who registered with the number loses it to its true owner;
    somebody verified keeps it, and the row is bad. A resident's row sets the home area, a role's row only where none is set.
    """
    phones = {draft.phone: read_phone(draft.phone) or "" for draft in drafts}
    known = _Known(
        areas=areas_by_codes(session, (draft.area_code for draft in drafts if draft.area_code)),
        merchants=merchants_by_codes(session, (draft.merchant_code for draft in drafts if draft.merchant_code)),
        people=persons_by_phones(session, (phone for phone in phones.values() if phone)),
    )
    problems = _judge(drafts, phones, known, now)
    if problems:
        raise BadFile(problems)
    homes = _homes(drafts, phones, known)
    names = {phones[draft.phone]: draft.name for draft in drafts}
    ids, changed = _keep_known(session, names, homes, known, now)
    new = [phone for phone in names if phone not in ids]
    created = create_people(
        session,
        [
            NewPerson(
                name=names[phone], phone=phone, home_area_id=homes.get(phone, (None, False))[0], verified_by="import"
            )
            for phone in new
        ],
        now=now,
    )
    ids |= {phone: person.id for phone, person in zip(new, created, strict=True)}
    roles = 0
    for draft in drafts:
        if draft.role:
            granted = add_role(
                session,
                ids[phones[draft.phone]],
                Role(draft.role),
                area_id=known.areas[draft.area_code].id if needs_area(Role(draft.role)) else None,
                merchant_id=known.merchants[draft.merchant_code].id if needs_merchant(Role(draft.role)) else None,
                granted_by_id=None,
                span=_span(draft),
                now=now,
            )
            roles += not granted.is_repeat
    return ImportedPeople(added=len(new), changed=changed, roles=roles, ids=ids)


def add_user(session: Session, draft: PersonDraft, password_hash: str, *, now: datetime) -> ImportedPeople:
    """Create or complete one log-in and set its password: how an operator makes, or comes back to, an account."""
    done = import_people(session, [draft], now=now)
    session.execute(update(Person).where(Person.id.in_(done.ids.values())).values(password_hash=password_hash))
    return done


def _keep_known(
    session: Session, names: dict[str, str], homes: dict[str, tuple[int, bool]], known: _Known, now: datetime
) -> tuple[dict[str, int], int]:
    """Bring the people who are there already to what the file says; free numbers that strangers took."""
    ids: dict[str, int] = {}
    changed = 0
    for phone, name in names.items():
        person = known.people.get(phone)
        if person is None:
            continue
        if person.name != name:
            take_phone_from_unverified(session, phone, by_id=None, now=now)
            continue
        ids[phone] = person.id
        is_new = (
            mark_verified(session, person.id, by_id=None, way="import", now=now) if not person.is_verified else False
        )
        home, is_resident_row = homes.get(phone, (None, False))
        if home is not None and home != person.home_area_id and (is_resident_row or person.home_area_id is None):
            session.execute(update(Person).where(Person.id == person.id).values(home_area_id=home))
            is_new = True
        changed += is_new
    return ids, changed


def _homes(drafts: Sequence[PersonDraft], phones: dict[str, str], known: _Known) -> dict[str, tuple[int, bool]]:
    """Return the home area each phone's rows name, and whether a resident's row says so: that one counts more."""
    homes: dict[str, tuple[int, bool]] = {}
    for draft in drafts:
        if draft.area_code:
            area_id = known.areas[draft.area_code].id
        elif draft.merchant_code:
            area_id = known.merchants[draft.merchant_code].area_id
        else:
            continue
        phone, is_resident_row = phones[draft.phone], not draft.role
        if phone not in homes or (is_resident_row and not homes[phone][1]):
            homes[phone] = (area_id, is_resident_row)
    return homes


def _judge(
    drafts: Sequence[PersonDraft], phones: dict[str, str], known: _Known, now: datetime
) -> list[tuple[int, str]]:
    problems: list[tuple[int, str]] = []
    first: dict[str, PersonDraft] = {}
    home_row: dict[str, PersonDraft] = {}
    for draft in drafts:
        problems += [(draft.line, reason) for reason in (*_wrong_cells(draft, known), *_wrong_days(draft, now))]
        phone = phones[draft.phone]
        if not phone:
            problems.append((draft.line, f"phone {draft.phone[:20]!r} is not 5 to 15 digits with an optional +"))
            continue
        earlier = first.setdefault(phone, draft)
        if earlier.name != draft.name:
            problems.append((draft.line, f"phone {phone} stands on line {earlier.line} with another name"))
        holder = known.people.get(phone)
        if holder is not None and holder.name != draft.name and holder.is_verified:
            problems.append((draft.line, f"phone {phone} belongs to {mask_name(holder.name)}, who is verified"))
        if not draft.role:
            home = home_row.setdefault(phone, draft)
            if home.area_code != draft.area_code:
                problems.append((draft.line, f"phone {phone} has another home area on line {home.line}"))
    return problems


def _wrong_cells(draft: PersonDraft, known: _Known) -> list[str]:
    reasons = []
    if len(draft.name) > NAME_MOST or not is_seen(draft.name) or not is_fit(draft.name):
        reasons.append(f"name is not 1 to {NAME_MOST} characters that can be read")
    if draft.area_code and draft.area_code not in known.areas:
        reasons.append(f"area_code {draft.area_code[:40]!r} is not known")
    if draft.merchant_code and draft.merchant_code not in known.merchants:
        reasons.append(f"merchant_code {draft.merchant_code[:40]!r} is not known")
    if draft.role and draft.role not in {role.value for role in Role}:
        reasons.append(f"role {draft.role[:30]!r} is none of {', '.join(role.value for role in Role)}")
    elif draft.role:
        role = Role(draft.role)
        if needs_area(role) and not draft.area_code:
            reasons.append(f"role {draft.role} needs an area_code")
        if needs_merchant(role) and not draft.merchant_code:
            reasons.append(f"role {draft.role} needs a merchant_code")
    if draft.merchant_code and draft.role not in MERCHANT_ROLES:
        reasons.append("a merchant_code needs a merchant's role")
    return reasons


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _span(draft: PersonDraft) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of the draft's role and the one at which it is over; None where the row names none."""
    first, last = _day(draft.starts_on), _day(draft.ends_on)
    return (
        clock.at_local(first) if first else None,
        clock.at_local(last + timedelta(days=1)) if last else None,
    )


def _wrong_days(draft: PersonDraft, now: datetime) -> list[str]:
    given = {"starts_on": draft.starts_on, "ends_on": draft.ends_on}
    reasons = []
    for name, text in given.items():
        day = _day(text)
        if text and (day is None or not clock.is_near(day)):
            reasons.append(f"{name} {text[:20]!r} is no day such as 2026-11-21")
    if any(given.values()) and not draft.role:
        reasons.append("starts_on and ends_on need a role")
    if not reasons and draft.ends_on:
        starts_at, ends_at = _span(draft)
        if ends_at is not None and ends_at <= max(starts_at or now, now):
            reasons.append("the role would be over before it begins")
    return reasons
