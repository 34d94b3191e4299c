"""Merchants and offers behind the doors: versions, invitations, imports."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.core.codes import new_code
from pointsapp.core.errors import Conflict, Forbidden, NotFound
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.merchants.cli import COMMANDS
from pointsapp.merchants.errors import InvitationInvalid, InvitationOver
from pointsapp.merchants.models import Merchant, OfferState
from pointsapp.merchants.queries import offer_view, offers_to_decide, open_invitations, people_of
from pointsapp.merchants.services import (
    CreateOffer,
    EditOffer,
    InviteToMerchant,
    RejectOffer,
    accept_invitation,
    approve_offer,
    create_offer,
    edit_offer,
    invite,
    reject_offer,
    remove_person,
    revoke_invitation,
    withdraw_offer,
)
from pointsapp.people.models import Person
from tests.conftest import Clock
from tests.factories import actor_of, make_staff
from tests.merchants.shops import Shop, make_offer, terms

# --- versions


def test_residents_keep_the_approved_terms_until_the_edit_is_approved(
    session: Session, shop: Shop, clock: Clock
) -> None:
    offer = make_offer(shop, stock=10)
    manager, staff = actor_of(session, shop.manager), actor_of(session, shop.staff)
    edited = write(
        edit_offer, manager, EditOffer(offer=offer.public_id, terms=terms(points=50, stock=20)), now=clock.at
    )
    assert (edited.state, edited.points) == (OfferState.PENDING, 50)
    seen = offer_view(session, offer.public_id, now=clock.at)
    assert seen is not None
    assert (seen.state, seen.points, seen.stock_left, seen.has_change) == (OfferState.APPROVED, 30, 10, True)
    write(approve_offer, staff, offer.public_id, edited.newest.number, now=clock.at)
    seen = offer_view(session, offer.public_id, now=clock.at)
    assert seen is not None
    assert (seen.points, seen.stock_left, seen.has_change) == (50, 20, False)


def test_a_returned_edit_leaves_the_offer_as_it_is(session: Session, shop: Shop, clock: Clock) -> None:
    offer = make_offer(shop)
    manager, staff = actor_of(session, shop.manager), actor_of(session, shop.staff)
    write(edit_offer, manager, EditOffer(offer=offer.public_id, terms=terms(points=50)), now=clock.at)
    write(reject_offer, staff, RejectOffer(offer=offer.public_id, reason="太贵"), now=clock.at)
    seen = offer_view(session, offer.public_id, now=clock.at)
    assert seen is not None
    assert (seen.state, seen.points) == (OfferState.APPROVED, 30)
    assert (seen.newest.state, seen.newest.decline_reason) == (OfferState.REJECTED, "太贵")


def test_the_office_approves_only_what_it_read(session: Session, shop: Shop, clock: Clock) -> None:
    offer = make_offer(shop, approved=False)
    manager, staff = actor_of(session, shop.manager), actor_of(session, shop.staff)
    write(edit_offer, manager, EditOffer(offer=offer.public_id, terms=terms(points=500)), now=clock.at)
    with pytest.raises(Conflict):
        write(approve_offer, staff, offer.public_id, 1, now=clock.at)
    with pytest.raises(Conflict):
        write(edit_offer, manager, EditOffer(offer=offer.public_id, terms=terms(points=1), version=1), now=clock.at)
    waiting = offers_to_decide(session, (shop.tree["street"].path,), PageRequest(), now=clock.at)
    assert [(each.points, each.newest.number) for each in waiting.items] == [(500, 2)]
    assert offers_to_decide(session, (shop.tree["other"].path,), PageRequest(), now=clock.at).items == ()


def test_a_draft_is_changed_in_place_and_not_decided(session: Session, shop: Shop, clock: Clock) -> None:
    manager, staff = actor_of(session, shop.manager), actor_of(session, shop.staff)
    command = CreateOffer(merchant=shop.merchant.code, terms=terms(), submit=False)
    draft = write(create_offer, manager, command, now=clock.at)
    assert draft.state is OfferState.DRAFT
    with pytest.raises(Conflict):
        write(approve_offer, staff, draft.public_id, now=clock.at)
    sent = write(edit_offer, manager, EditOffer(offer=draft.public_id, terms=terms(points=5)), now=clock.at)
    assert (sent.state, sent.newest.number, sent.points) == (OfferState.PENDING, 1, 5)


def test_a_withdrawn_offer_stays_withdrawn(session: Session, shop: Shop, clock: Clock) -> None:
    offer = make_offer(shop)
    manager, staff = actor_of(session, shop.manager), actor_of(session, shop.staff)
    gone = write(withdraw_offer, manager, offer.public_id, now=clock.at)
    assert gone.state is OfferState.WITHDRAWN
    assert write(withdraw_offer, manager, offer.public_id, now=clock.at).state is OfferState.WITHDRAWN
    with pytest.raises(Conflict):
        write(edit_offer, manager, EditOffer(offer=offer.public_id, terms=terms()), now=clock.at)
    with pytest.raises(Conflict):
        write(approve_offer, staff, offer.public_id, now=clock.at)
    for stranger in (shop.resident, shop.clerk):
        with pytest.raises(Forbidden):
            write(withdraw_offer, actor_of(session, stranger), offer.public_id, now=clock.at)


# --- people


def test_an_invited_person_becomes_clerk_once_and_at_once(session: Session, shop: Shop, clock: Clock) -> None:
    manager, guest = actor_of(session, shop.manager), actor_of(session, shop.resident)
    card = write(invite, manager, InviteToMerchant(merchant=shop.merchant.code, role=Role.MERCHANT_CLERK), now=clock.at)
    done = write(accept_invitation, guest, f"http://x/q/i/{card.code}", now=clock.at)
    assert done.merchant == shop.merchant.public_id
    assert actor_of(session, shop.resident).works_for(shop.merchant.id)
    assert write(accept_invitation, guest, card.code, now=clock.at).is_repeat
    with pytest.raises(InvitationOver):
        write(accept_invitation, actor_of(session, shop.staff), card.code, now=clock.at)
    grant = next(each for each in people_of(session, shop.merchant.id, now=clock.at) if each.name == "李桂兰").grant
    with pytest.raises(NotFound):
        write(remove_person, manager, shop.other.code, grant, now=clock.at)
    with pytest.raises(Forbidden):
        write(remove_person, actor_of(session, shop.clerk), shop.merchant.code, grant, now=clock.at)
    write(remove_person, manager, shop.merchant.code, grant, now=clock.at)
    assert not actor_of(session, shop.resident).works_for(shop.merchant.id)


def test_an_invitation_runs_out_is_taken_back_and_leaves_with_its_inviter(
    session: Session, shop: Shop, clock: Clock
) -> None:
    manager, guest = actor_of(session, shop.manager), actor_of(session, shop.resident)
    command = InviteToMerchant(merchant=shop.merchant.code, role=Role.MERCHANT_CLERK)
    late, back, last = (write(invite, manager, command, now=clock.at) for _ in range(3))
    assert len(open_invitations(session, shop.merchant.id, now=clock.at)) == 3
    with pytest.raises(InvitationOver):
        write(accept_invitation, guest, late.code, now=clock.at + timedelta(hours=24))
    write(revoke_invitation, manager, back.public_id, now=clock.at)
    write(revoke_invitation, manager, back.public_id, now=clock.at)
    with pytest.raises(InvitationOver):
        write(accept_invitation, guest, back.code, now=clock.at)
    grant = next(each for each in people_of(session, shop.merchant.id, now=clock.at) if each.name == "胖婶").grant
    write(remove_person, actor_of(session, shop.staff), shop.merchant.code, grant, now=clock.at)
    with pytest.raises(InvitationOver):
        write(accept_invitation, guest, last.code, now=clock.at)
    for text in (new_code(10), "rubbish", ""):
        with pytest.raises(InvitationInvalid):
            write(accept_invitation, guest, text, now=clock.at)


def test_who_may_invite_whom(session: Session, shop: Shop, clock: Clock) -> None:
    def may(person: Person, role: Role) -> bool:
        try:
            write(
                invite,
                actor_of(session, person),
                InviteToMerchant(merchant=shop.merchant.code, role=role),
                now=clock.at,
            )
        except Forbidden:
            return False
        return True

    other_staff = make_staff(session, shop.tree["other"])
    table = {
        "manager": (shop.manager, True, False),
        "clerk": (shop.clerk, False, False),
        "resident": (shop.resident, False, False),
        "other manager": (shop.other_clerk, False, False),
        "staff": (shop.staff, False, True),
        "staff elsewhere": (other_staff, False, False),
    }
    for who, (person, clerk, manager) in table.items():
        assert (may(person, Role.MERCHANT_CLERK), may(person, Role.MERCHANT_MANAGER)) == (clerk, manager), who
    with pytest.raises(Forbidden):
        write(
            invite,
            actor_of(session, shop.staff),
            InviteToMerchant(merchant=shop.merchant.code, role=Role.STAFF),
            now=clock.at,
        )


def test_nobody_accepts_their_own_invitation(session: Session, shop: Shop, clock: Clock) -> None:
    staff = actor_of(session, shop.staff)
    card = write(invite, staff, InviteToMerchant(merchant=shop.merchant.code, role=Role.MERCHANT_MANAGER), now=clock.at)
    with pytest.raises(Forbidden):
        write(accept_invitation, staff, card.code, now=clock.at)


# --- import


def run_import(app: Flask, path: Path, text: str) -> tuple[int, str, str]:
    path.write_text(text, encoding="utf-8")
    done = app.test_cli_runner().invoke(COMMANDS[0], ["import", str(path)])
    return done.exit_code, done.stdout, done.stderr


def test_a_file_is_imported_whole_and_twice_changes_nothing(
    app: Flask, session: Session, shop: Shop, tmp_path: Path
) -> None:
    area = shop.tree["community"].code
    text = f"\ufeffcode,name,area_code,address\nm1,老张理发,{area},经八路1号\nm2,便民超市,{area},经八路2号\n"
    assert run_import(app, tmp_path / "m.csv", text)[:2] == (0, "2 added, 0 changed, 0 unchanged\n")
    assert run_import(app, tmp_path / "m.csv", text)[:2] == (0, "0 added, 0 changed, 2 unchanged\n")
    assert run_import(app, tmp_path / "m.csv", text.replace("2号", "3号"))[1] == "0 added, 1 changed, 1 unchanged\n"
    assert session.scalar(select(Merchant.address).where(Merchant.code == "m2")) == "经八路3号"


def test_every_bad_row_is_named_and_none_is_written(app: Flask, session: Session, shop: Shop, tmp_path: Path) -> None:
    before = session.scalar(select(func.count()).select_from(Merchant))
    area = shop.tree["community"].code
    text = (
        "code,name,area_code,address\n"
        f"m1,老张理发,{area},一号\n"
        "m2,便民超市,nowhere,二号\n"
        f"m1,又一家,{area},三号\n"
        f"m4,,{area},四号\n"
    )
    code, out, err = run_import(app, tmp_path / "m.csv", text)
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "line 3: unknown area_code 'nowhere'",
        "line 4: code 'm1' stands in line 2 too",
        "line 5: name is empty",
    ]
    assert run_import(app, tmp_path / "m.csv", "code,name,area_code,address,extra\n")[0] == 1
    assert session.scalar(select(func.count()).select_from(Merchant)) == before


def test_a_long_import_is_bounded_by_the_columns(app: Flask, session: Session, shop: Shop, tmp_path: Path) -> None:
    area = shop.tree["community"].code
    text = f"code,name,area_code,address\n{'c' * 41},{'n' * 61},{area},{'a' * 121}\n"
    code, _out, err = run_import(app, tmp_path / "m.csv", text)
    assert (code, len(err.splitlines())) == (1, 3)
    session.execute(update(Merchant).where(Merchant.id == shop.merchant.id).values(name="还在"))
