"""The street itself: areas, residents, roles. What stands here before anything happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, require_area
from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import import_areas
from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.demo import facts
from pointsapp.demo.dice import Dice
from pointsapp.demo.log_ins import LOG_INS, PASSWORD, LogIn
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import current_notice, load_actor
from pointsapp.people.services import (
    ChangeProfile,
    CreatedPerson,
    NewPerson,
    add_role,
    change_profile,
    create_people,
    hash_password,
)

RESIDENTS = 2000
ELDERS_SHARE = 0.35
WEEKS = 12


@dataclass(slots=True)
class Resident:
    """A resident as the history needs them: who acts, where they live, how often they come."""

    person: CreatedPerson
    community: str
    keenness: float
    actor: Actor
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)
    keeps_word: bool = False  # the log-ins: what they miss is told by hand

    def is_free(self, start: datetime, end: datetime) -> bool:
        return all(end <= begin or stop <= start for begin, stop in self.busy)


@dataclass(slots=True)
class Street:
    """Everything the history acts on."""

    dice: Dice
    opened_at: datetime
    areas: dict[str, AreaRow] = field(default_factory=dict)
    residents: dict[str, list[Resident]] = field(default_factory=dict)
    staff: dict[str, Actor] = field(default_factory=dict)  # community code -> its community worker
    leaders: dict[str, list[Actor]] = field(default_factory=dict)  # community code -> grid leaders
    secretaries: dict[str, Actor] = field(default_factory=dict)
    assessed: set[tuple[int, int, str]] = field(default_factory=set)  # (round, branch, indicator)
    by_log_in: dict[str, Actor] = field(default_factory=dict)  # a log-in's key -> who it is

    @property
    def street_admin(self) -> Actor:
        return self.by_log_in["street_admin"]

    def everyone(self) -> list[Resident]:
        return [resident for community in self.residents.values() for resident in community]


def build_street(session: Session, dice: Dice, *, now: datetime) -> Street:
    """Create areas, people and roles as they stood before the first task."""
    street = Street(dice=dice, opened_at=now - timedelta(weeks=WEEKS, days=3))
    _areas(session, street)
    _staff(session, street)
    _residents(session, street)
    return street


def _areas(session: Session, street: Street) -> None:
    drafts = [
        AreaDraft(line=1, code=facts.DISTRICT[0], name=facts.DISTRICT[1], kind="district", parent_code=""),
        AreaDraft(line=2, code=facts.STREET[0], name=facts.STREET[1], kind="street", parent_code=facts.DISTRICT[0]),
        AreaDraft(
            line=3, code=facts.OTHER_STREET[0], name=facts.OTHER_STREET[1], kind="street", parent_code=facts.DISTRICT[0]
        ),
    ]
    for code, name, grids in facts.PLACES:
        drafts.append(AreaDraft(line=0, code=code, name=name, kind="community", parent_code=facts.STREET[0]))
        drafts += [
            AreaDraft(
                line=0, code=f"{code}-{number}", name=f"第{'一二三四五'[number - 1]}网格", kind="grid", parent_code=code
            )
            for number in range(1, grids + 1)
        ]
    import_areas(session, drafts, now=street.opened_at)
    street.areas = {draft.code: require_area(session, draft.code) for draft in drafts}


def _staff(session: Session, street: Street) -> None:
    """Give each community its worker, its secretary and a leader for every grid; and the street its office."""
    wanted: list[tuple[str, Role, str | None, LogIn | None]] = []
    fixed = {(each.role, each.area): each for each in LOG_INS if each.role and each.area}
    wanted.append(
        ("platform", Role.PLATFORM_ADMIN, None, next(each for each in LOG_INS if each.key == "platform_admin"))
    )
    wanted.append(("street", Role.STREET_ADMIN, facts.STREET[0], fixed[(Role.STREET_ADMIN, facts.STREET[0])]))
    for code, _name, grids in facts.PLACES:
        for role in (Role.STAFF, Role.BRANCH_SECRETARY):
            wanted.append((code, role, code, fixed.get((role, code))))
        for number in range(1, grids + 1):
            grid = f"{code}-{number}"
            wanted.append((code, Role.GRID_LEADER, grid, fixed.get((Role.GRID_LEADER, grid))))
    moment = street.opened_at
    password = hash_password(PASSWORD)
    made = create_people(
        session,
        [
            _new_person(
                log_in.name if log_in else street.dice.name(elder=False),
                street.areas[where].id if (where := (area or facts.STREET[0])) else None,
                phone=log_in.phone if log_in else None,
                password_hash=password if log_in else None,
            )
            for _key, _role, area, log_in in wanted
        ],
        now=moment,
    )
    for person, (key, role, area, log_in) in zip(made, wanted, strict=True):
        add_role(
            session, person.id, role, area_id=street.areas[area].id if area else None, granted_by_id=None, now=moment
        )
        actor = _actor(session, person.id, moment)
        if role is Role.STAFF:
            street.staff[key] = actor
        elif role is Role.BRANCH_SECRETARY:
            street.secretaries[key] = actor
        elif role is Role.GRID_LEADER:
            street.leaders.setdefault(key, []).append(actor)
        if log_in:
            street.by_log_in[log_in.key] = actor


def _residents(session: Session, street: Street) -> None:
    """Fill communities and villages in proportion to their head counts; the log-ins live in the first one."""
    total, heads_of = sum(facts.HEADCOUNTS), facts.HEADCOUNTS + facts.VILLAGE_HEADCOUNTS
    password = hash_password(PASSWORD)
    plain = [each for each in LOG_INS if each.role is None and each.merchant is None]
    for (code, _name, _grids), heads in zip(facts.PLACES, heads_of, strict=True):
        here = [each for each in plain if each.area == code]
        wanted = [
            _new_person(each.name, street.areas[code].id, phone=each.phone, password_hash=password) for each in here
        ]
        count = RESIDENTS * heads // total
        elder = [street.dice.chance(ELDERS_SHARE) for _ in range(count)]
        wanted += [_new_person(street.dice.name(elder=old), street.areas[code].id) for old in elder]
        made = create_people(session, wanted, now=street.opened_at)
        _choose_rankings(session, street, made)
        street.residents[code] = [
            Resident(
                person, code, 25.0 if number < len(here) else street.dice.keenness(), _bare_actor(street, person, code)
            )
            for number, person in enumerate(made)
        ]
        for each, resident in zip(here, street.residents[code], strict=False):
            street.by_log_in[each.key] = resident.actor
            resident.keeps_word = True
            if each.key == "elder":
                change_profile(session, resident.actor, ChangeProfile(elder_view=True), now=street.opened_at)


def _choose_rankings(session: Session, street: Street, made: list[CreatedPerson]) -> None:
    """Let a third of the residents choose to appear above their own community; the rest keep the default."""
    chosen = [person.id for person in made if street.dice.chance(0.35)]
    session.execute(update(Person).where(Person.id.in_(chosen)).values(shows_on_rankings=True))


def _new_person(
    name: str, area_id: int | None, *, phone: str | None = None, password_hash: str | None = None
) -> NewPerson:
    return NewPerson(
        name=name,
        phone=phone,
        password_hash=password_hash,
        home_area_id=area_id,
        consent_version=current_notice().consent_version,
        verified_by="demo",
    )


def _actor(session: Session, person_id: int, moment: datetime) -> Actor:
    actor = load_actor(session, person_id, now=moment)
    assert actor is not None
    return actor


def _bare_actor(street: Street, person: CreatedPerson, community: str) -> Actor:
    """Build a resident's Actor without a query each: they hold no role and live where we put them."""
    area = street.areas[community]
    return Actor(
        person_id=person.id,
        public_id=person.public_id,
        display_name=person.name,
        home_area_id=area.id,
        home_path=area.path,
        is_verified=True,
        session_version=1,
        verified_at=street.opened_at,
    )


def agree_to_notice(session: Session, *, now: datetime) -> None:
    """Let everybody who was there before the newest notice agree to it on its day: nobody agrees to words not yet written."""
    version = current_notice().consent_version
    of_its_day = min(now, clock.at_local(date.fromisoformat(version), time(9)))
    session.execute(
        update(Person)
        .where(Person.consent_version == version, Person.consented_at < of_its_day)
        .values(consented_at=of_its_day)
    )


def find_street(session: Session, dice: Dice, *, now: datetime) -> Street:
    """Return the street as it stands in the database: its areas, its staff and everyone without a role."""
    street = Street(dice=dice, opened_at=now)
    codes = [code for code, _name, _grids in facts.COMMUNITIES]
    street.areas = {code: require_area(session, code) for code in codes}
    held = select(RoleGrant.person_id, RoleGrant.role, Area.code).join(Area, Area.id == RoleGrant.area_id)
    for person_id, role, code in session.execute(held.where(RoleGrant.ended_at.is_(None))).all():
        community = code.partition("-")[0]
        if community in street.areas and role is Role.STAFF:
            street.staff[community] = _actor(session, person_id, now)
        elif community in street.areas and role is Role.GRID_LEADER:
            street.leaders.setdefault(community, []).append(_actor(session, person_id, now))
    by_area = {area.id: code for code, area in street.areas.items()}
    has_role = exists().where(RoleGrant.person_id == Person.id)
    residents = select(Person).where(Person.home_area_id.in_(by_area), Person.verified_at.is_not(None), ~has_role)
    for row in session.scalars(residents.order_by(Person.id)):
        code = by_area[row.home_area_id or 0]
        person = CreatedPerson(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            volunteer_number=row.volunteer_number,
            personal_code=row.personal_code,
        )
        resident = Resident(person, code, dice.keenness(), _bare_actor(street, person, code))
        street.residents.setdefault(code, []).append(resident)
    return street
