"""The street's shops and public units, what they give, and residents' temptation to take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.demo import facts
from pointsapp.demo.dice import Dice
from pointsapp.demo.log_ins import LOG_INS, PASSWORD, LogIn
from pointsapp.demo.street import WEEKS, Resident, Street
from pointsapp.demo.timeline import Timeline
from pointsapp.merchants.models import Funding
from pointsapp.merchants.rules import OfferTerms
from pointsapp.merchants.services import CreateOffer, RegisterMerchant, approve_offer, create_offer, register_merchant
from pointsapp.people.queries import load_actor
from pointsapp.people.services import NewPerson, add_role, create_people, hash_password
from pointsapp.redemption.services import cancel_voucher, issue_voucher, redeem

MERCHANTS = 40
GIVES_IN = 0.28  # how often a check-in ends in a voucher
CANCELS, LETS_LAPSE = 0.04, 0.07
OPENS, CLOSES = 8, 20


@dataclass(frozen=True, slots=True)
class Shelf:
    """An approved offer, its price, who stands at the till, and who runs the shop."""

    offer: str
    points: int
    clerk: Actor
    manager: Actor
    merchant_id: int
    code: str
    community: str


@dataclass(slots=True)
class Shops:
    """What can be had in the street."""

    dice: Dice
    shelves: list[Shelf] = field(default_factory=list)
    by_log_in: dict[str, Actor] = field(default_factory=dict)

    def tempt(self, timeline: Timeline, resident: Resident, balance: int, now: datetime) -> None:
        """Maybe take something the resident can afford, some time in the next days, and fetch it later."""
        affordable = [shelf for shelf in self.shelves if shelf.points <= balance]
        if not affordable or not self.dice.chance(GIVES_IN):
            return
        shelf = self.dice.choice(affordable)
        when = now + timedelta(minutes=self.dice.randrange(10, 4 * 24 * 60))
        timeline.at(when, lambda session, now: self._take(timeline, resident, shelf, session, now))

    def _take(self, timeline: Timeline, resident: Resident, shelf: Shelf, session: Session, now: datetime) -> object:
        voucher = issue_voucher(session, resident.actor, shelf.offer, now=now)
        draw = self.dice.random()
        if draw < CANCELS:
            later = now + timedelta(hours=self.dice.randrange(1, 40))
            timeline.at(later, lambda session, now: cancel_voucher(session, resident.actor, voucher.public_id, now=now))
        elif draw > CANCELS + LETS_LAPSE:
            later = self._open_hour(now + timedelta(minutes=self.dice.randrange(20, 5 * 24 * 60)))
            timeline.at(later, lambda session, now: redeem(session, shelf.clerk, voucher.code, now=now))
        return voucher

    def _open_hour(self, moment: datetime) -> datetime:
        """Move a moment of the night into the next opening hours."""
        local = clock.to_local(moment)
        if OPENS <= local.hour < CLOSES:
            return moment
        day = local.date() + timedelta(days=1 if local.hour >= CLOSES else 0)
        return clock.at_local(day, time(OPENS)) + timedelta(minutes=self.dice.randrange(0, 11 * 60))


def build_shops(session: Session, street: Street) -> Shops:
    """Register the merchants, give each a manager and a clerk, and have their offers approved."""
    dice, moment = street.dice, street.opened_at
    shops = Shops(dice)
    for number in range(MERCHANTS):
        benefit = facts.BENEFIT_UNITS[number] if number < len(facts.BENEFIT_UNITS) else None
        community = facts.COMMUNITIES[number % len(facts.COMMUNITIES)][0]
        if benefit:
            name, title, says, points, bearer, fen = benefit
            terms = _terms(title, says, points, dice, fen if bearer == "subsidised" else None, moment)
        else:
            turn, place = divmod(number, len(facts.SHOP_KINDS))
            kind, gifts = facts.SHOP_KINDS[place]
            gift = gifts[turn % len(gifts)]
            name = f"{dice.choice(facts.SURNAMES)}记{kind}"
            terms = _terms(gift.title, gift.says, gift.points, dice, None, moment)
        code = "congee" if number == 0 else f"shop{number:02d}"
        _open_shop(session, street, shops, code, name, community, terms)
    return shops


def _terms(title: str, says: str, points: int, dice: Dice, fen: int | None, opened_at: datetime) -> OfferTerms:
    from_on = clock.local_day(opened_at)
    subsidy: dict[str, Any] = (
        {}
        if fen is None
        else {
            "funding": Funding.SUBSIDISED,
            "agreed_fen": fen,
            "funding_unit": f"{facts.STREET[1]}办事处",
            "funded_from_on": from_on,
            "funded_until_on": date(from_on.year + 1, from_on.month, 1),
        }
    )
    return OfferTerms(
        title=title,
        description=says,
        points=points,
        stock=dice.choice((None, None, 300, 500)),
        per_person_limit=dice.choice((None, 5, 10)),
        daily_limit=dice.choice((None, None, 30)),
        ends_at=opened_at + timedelta(weeks=WEEKS + 30),
        **subsidy,
    )


def _open_shop(
    session: Session, street: Street, shops: Shops, code: str, name: str, community: str, terms: OfferTerms
) -> None:
    dice, moment, staff = street.dice, street.opened_at, street.staff[community]
    shop = register_merchant(
        session,
        staff,
        RegisterMerchant(
            code=code,
            name=name,
            area=community,
            address=f"{dice.choice(('清和路', '书院街', '纺织路', '月季巷'))}{dice.randrange(1, 200)}号",
            phone="0371-0000-0000",
            opening_hours=facts.OPENING_HOURS.get(code, "每天 8:00–20:00"),
        ),
        now=moment,
    )
    fixed = {each.role: each for each in LOG_INS if each.merchant == code}
    people = {}
    for role in (Role.MERCHANT_MANAGER, Role.MERCHANT_CLERK):
        log_in = fixed.get(role)
        people[role] = _shop_person(session, street, shop.id, role, log_in)
        if log_in:
            shops.by_log_in[log_in.key] = people[role]
    offer = create_offer(
        session, people[Role.MERCHANT_MANAGER], CreateOffer(merchant=shop.public_id, terms=terms), now=moment
    )
    approve_offer(session, staff, offer.public_id, now=moment + timedelta(hours=2))
    clerk, manager = people[Role.MERCHANT_CLERK], people[Role.MERCHANT_MANAGER]
    shops.shelves.append(Shelf(offer.public_id, terms.points, clerk, manager, shop.id, code, community))


def _shop_person(session: Session, street: Street, merchant_id: int, role: Role, log_in: LogIn | None) -> Actor:
    moment = street.opened_at
    person = create_people(
        session,
        [
            NewPerson(
                name=log_in.name if log_in else street.dice.name(elder=False),
                phone=log_in.phone if log_in else None,
                password_hash=hash_password(PASSWORD) if log_in else None,
                verified_by="demo",
            )
        ],
        now=moment,
    )[0]
    add_role(session, person.id, role, merchant_id=merchant_id, granted_by_id=None, now=moment)
    actor = load_actor(session, person.id, now=moment)
    assert actor is not None
    return actor
