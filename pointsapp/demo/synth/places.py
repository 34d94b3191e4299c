"""The invented district, its budgets, its shops with their people and offers: few rows, so by ordinary statements and services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow, require_area
from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import import_areas
from pointsapp.core.actor import Role
from pointsapp.core.codes import new_public_id
from pointsapp.demo.dice import Dice
from pointsapp.demo.synth.plan import COMMUNITIES_PER_STREET, GRIDS_PER_COMMUNITY, OFFERS_EACH, Plan
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.merchants.models import Funding, Merchant, Offer, OfferState, OfferVersion
from pointsapp.people.models import RoleGrant
from pointsapp.rewards.memos import BUDGET_GRANTED
from pointsapp.rewards.models import BudgetGrant

DISTRICT = "synth"
GIFTS = (("豆浆一杯", 10), ("理发八折", 20), ("洗衣液一瓶", 60), ("鸡蛋十枚", 40), ("修鞋一次", 30), ("牛奶一盒", 15))


@dataclass(frozen=True, slots=True)
class Places:
    """The areas of a run: all grids, and each community with what is below it."""

    district: AreaRow
    streets: tuple[AreaRow, ...]
    communities: tuple[AreaRow, ...]
    grids: tuple[AreaRow, ...]


def found(session: Session, plan: Plan, *, now: datetime) -> Places:
    """Bring the tree to the size of the plan; what a former run built stays and is used again."""
    drafts = [_area(DISTRICT, "合成区", "district", "")]
    streets = [f"{DISTRICT}-s{n}" for n in range(1, plan.streets + 1)]
    communities = [f"{DISTRICT}-c{n}" for n in range(1, plan.communities + 1)]
    grids = [f"{DISTRICT}-g{n}" for n in range(1, plan.grids + 1)]
    drafts += [_area(code, f"合成街道{n}", "street", DISTRICT) for n, code in enumerate(streets, 1)]
    drafts += [
        _area(code, f"合成社区{n + 1}", "community", streets[n // COMMUNITIES_PER_STREET])
        for n, code in enumerate(communities)
    ]
    drafts += [
        _area(code, f"合成网格{n + 1}", "grid", communities[n // GRIDS_PER_COMMUNITY]) for n, code in enumerate(grids)
    ]
    import_areas(session, drafts, now=now)
    return Places(
        district=require_area(session, DISTRICT),
        streets=tuple(require_area(session, code) for code in streets),
        communities=tuple(require_area(session, code) for code in communities),
        grids=tuple(require_area(session, code) for code in grids),
    )


def _area(code: str, name: str, kind: str, parent: str) -> AreaDraft:
    return AreaDraft(line=0, code=code, name=name, kind=kind, parent_code=parent)


def grant_budgets(
    session: Session, areas: Sequence[AreaRow], points: int, run: str, *, now: datetime
) -> dict[str, int]:
    """Give each area's budget `points`; return account -> what it holds now."""
    held = {}
    for area in areas:
        account = accounts.budget(area.id)
        draft = EntryDraft(
            reference=f"{run}:grant:{area.id}",
            kind="grant",
            postings=(PostingDraft(accounts.ISSUANCE, account, points),),
            memo=BUDGET_GRANTED,
        )
        receipt = post(session, draft, now=now)
        held[account] = receipt.balances[account]
        session.execute(
            insert(BudgetGrant).values(
                public_id=new_public_id(), area_id=area.id, points=points, memo="合成数据", entry_id=receipt.entry_id,
                balance_after=held[account], created_at=now,
            )
        )  # fmt: skip
    return held


@dataclass(slots=True)
class Stall:
    """One offer of one shop; its counters are written when the run ends."""

    offer_id: int
    merchant_id: int
    merchant: str
    clerk_id: int
    area_id: int
    title: str
    points: int
    taken: int = 0
    taken_today: int = 0

    @property
    def terms(self) -> str:
        return f'{{"description": "{self.title}，凭码到店领取", "funding": "given", "funding_unit": null}}'


def open_shops(
    session: Session, dice: Dice, plan: Plan, places: Places, first_person: int, *, now: datetime
) -> list[Stall]:
    """Open the shops of a run, each run by one resident, with approved offers."""
    stalls: list[Stall] = []
    grants = []
    for number in range(plan.merchants):
        area = dice.choice(places.communities)
        clerk_id = first_person + dice.randrange(plan.residents)
        name = f"合成小店{number + 1}"
        merchant_id: int = session.execute(
            insert(Merchant)
            .values(
                public_id=new_public_id(), code=f"{DISTRICT}-{first_person}-{number + 1}", name=name, area_id=area.id,
                address=f"合成路{number + 1}号", created_at=now,
            )
            .returning(Merchant.id)
        ).scalar_one()  # fmt: skip
        grants.append(_role(clerk_id, Role.MERCHANT_MANAGER, f"merchant:{merchant_id}", now, merchant_id=merchant_id))
        for title, points in dice.sample(GIFTS, OFFERS_EACH):
            offer_id: int = session.execute(
                insert(Offer)
                .values(
                    public_id=new_public_id(), merchant_id=merchant_id, live_version=1, newest_version=1, taken=0,
                    day_taken=0, created_at=now,
                )
                .returning(Offer.id)
            ).scalar_one()  # fmt: skip
            session.execute(
                insert(OfferVersion).values(
                    offer_id=offer_id, number=1, state=OfferState.APPROVED, title=title,
                    description=f"{title}，凭码到店领取", points=points, funding=Funding.GIVEN, written_by_id=clerk_id,
                    created_at=now, submitted_at=now, decided_at=now,
                )
            )  # fmt: skip
            stalls.append(Stall(offer_id, merchant_id, name, clerk_id, area.id, title, points))
    for community in places.communities:
        staff_id = first_person + dice.randrange(plan.residents)
        grants.append(_role(staff_id, Role.STAFF, f"area:{community.id}", now, area_id=community.id))
    session.execute(insert(RoleGrant), grants)
    return stalls


def _role(
    person_id: int, role: Role, scope: str, now: datetime, *, area_id: int | None = None, merchant_id: int | None = None
) -> dict[str, object]:
    return {
        "public_id": new_public_id(), "person_id": person_id, "role": role, "area_id": area_id,
        "merchant_id": merchant_id, "scope": scope, "starts_at": now,
    }  # fmt: skip


def count_stock(session: Session, stalls: Sequence[Stall], today: date) -> None:
    """Write what each offer gave, in all and today."""
    for stall in stalls:
        values: dict[str, object] = {"taken": stall.taken}
        if stall.taken_today:
            values |= {"day": today, "day_taken": stall.taken_today}
        session.execute(update(Offer).where(Offer.id == stall.offer_id).values(**values))
