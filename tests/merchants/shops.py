"""What tests of merchants and redemption start from: a street with a shop, its people, an approved offer, points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.merchants.models import Merchant
from pointsapp.merchants.queries import OfferView
from pointsapp.merchants.rules import OfferTerms
from pointsapp.merchants.services import CreateOffer, approve_offer, create_offer
from pointsapp.people.models import Person
from tests.factories import actor_of, bearer, make_clerk, make_merchant, make_person, make_staff, make_tree

_numbers: Iterator[int] = count(1)


@dataclass
class Shop:
    """A shop in a community with everybody a test needs."""

    session: Session
    tree: dict[str, Area]
    merchant: Merchant
    other: Merchant
    manager: Person
    clerk: Person
    other_clerk: Person
    staff: Person
    resident: Person
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def as_(self, name: str) -> dict[str, str]:
        """Return the API headers of one of them, by name."""
        if name not in self.headers:
            self.headers[name] = bearer(self.session, getattr(self, name))
        return self.headers[name]


def make_shop(session: Session) -> Shop:
    tree = make_tree(session)
    community = tree["community"]
    merchant, other = make_merchant(session, community, name="胖婶烩面"), make_merchant(session, community)
    made = Shop(
        session=session,
        tree=tree,
        merchant=merchant,
        other=other,
        manager=make_clerk(session, merchant, Role.MERCHANT_MANAGER, name="胖婶"),
        clerk=make_clerk(session, merchant, name="赵小店"),
        other_clerk=make_clerk(session, other, Role.MERCHANT_MANAGER),
        staff=make_staff(session, community),
        resident=make_person(session, community, name="李桂兰"),
    )
    session.expunge_all()  # a rolled back request must not empty them
    return made


def terms(**over: Any) -> OfferTerms:
    return OfferTerms(**{"title": "烩面一碗", "description": "羊肉烩面，堂食。", "points": 30, **over})


def make_offer(shop: Shop, *, approved: bool = True, **over: Any) -> OfferView:
    """An offer of the shop through the real services, approved by the community's staff."""
    session = shop.session
    row = write(
        create_offer,
        actor_of(session, shop.manager),
        CreateOffer(merchant=shop.merchant.code, terms=terms(**over)),
        now=clock.now(),
    )
    return write(approve_offer, actor_of(session, shop.staff), row.public_id, now=clock.now()) if approved else row


def give_points(session: Session, person: Person, points: int, **over: Any) -> None:
    """Points out of nothing but the issuance: what a test needs of a whole history."""
    grant = EntryDraft(
        reference=f"test:{next(_numbers)}:grant",
        kind="grant",
        postings=(PostingDraft(accounts.ISSUANCE, accounts.budget(1), points),),
        memo="test",
    )
    credit = EntryDraft(
        reference=f"test:{next(_numbers)}:reserve",
        kind="reserve",
        postings=(PostingDraft(accounts.budget(1), accounts.task_reserved(1), points),),
        memo="test",
    )
    earned = EntryDraft(
        reference=f"test:{next(_numbers)}:credit",
        kind="credit",
        postings=(PostingDraft(accounts.task_reserved(1), accounts.person_available(person.id), points),),
        memo="test",
        person_id=person.id,
        **over,
    )
    for draft in (grant, credit, earned):
        write(post, draft, now=clock.now())
