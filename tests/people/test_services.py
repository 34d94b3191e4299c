"""Verbs about people: state in, receipt and rows out, on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core import policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.people.errors import (
    ConsentRequired,
    HomeIsSet,
    InvalidCredentials,
    PhoneTaken,
    RoleHasOtherScope,
    TooManyAttempts,
    UnknownMerchant,
)
from pointsapp.people.models import Listing, Person, RoleGrant
from pointsapp.people.policies import FAILURES_PER_ADDRESS
from pointsapp.people.queries import PersonLine, current_notice, load_actor, person_card, search_people
from pointsapp.people.services import (
    ChangePassword,
    ChangeProfile,
    GivePhone,
    GrantRole,
    NewPerson,
    RegisterAtDesk,
    SignIn,
    change_password,
    change_profile,
    check_password,
    create_people,
    end_role,
    give_phone,
    grant_role,
    hash_password,
    mark_verified,
    register_at_desk,
    replace_personal_code,
    sign_in_with_password,
    sign_out_everywhere,
    verify_at_desk,
)
from pointsapp.people.services.signing_in import forget_old_failures
from tests.conftest import Clock
from tests.factories import actor_of, make_clerk, make_merchant, make_person, make_staff, make_tree

VERSION = current_notice().consent_version


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def act(verb: Any, *args: Any) -> Any:
    return write(verb, *args, now=clock_module.now())


def person_now(session: Session, person_id: int) -> Person:
    return session.scalars(select(Person).where(Person.id == person_id).execution_options(populate_existing=True)).one()


def kinds_of(session: Session, person_id: int) -> list[str]:
    return list(session.scalars(select(Event.kind).where(Event.person_id == person_id).order_by(Event.id)))


def fresh(session: Session, person_id: int) -> Actor:
    actor = load_actor(session, person_id, now=clock_module.now())
    assert actor is not None
    return actor


# --- roles


def test_a_role_is_granted_once_and_ended_at_once(session: Session, tree: dict[str, Area]) -> None:
    admin = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
    person = make_person(session, tree["community"])
    person_id, public_id, code = person.id, person.public_id, tree["grid"].code
    command = GrantRole(person=public_id, role=Role.GRID_LEADER, area=code)
    granted, again = act(grant_role, admin, command), act(grant_role, admin, command)
    assert not granted.is_repeat
    assert again.is_repeat
    assert again.public_id == granted.public_id
    assert [grant.role for grant in fresh(session, person_id).grants] == [Role.GRID_LEADER]
    ended, twice = act(end_role, admin, granted.public_id), act(end_role, admin, granted.public_id)
    assert (ended.is_repeat, twice.is_repeat) == (False, True)
    assert fresh(session, person_id).grants == ()
    assert kinds_of(session, person_id) == ["people.role_granted", "people.role_ended"]
    assert not act(grant_role, admin, command).is_repeat, "an ended role can be granted anew"
    assert session.query(RoleGrant).filter_by(person_id=person_id).count() == 2


def test_a_role_wants_its_own_scope(session: Session, tree: dict[str, Area]) -> None:
    admin = actor_of(session, make_staff(session, tree["district"], Role.STREET_ADMIN))
    person = make_person(session, tree["community"]).public_id
    code = tree["community"].code
    for command in (
        GrantRole(person=person, role=Role.STAFF),
        GrantRole(person=person, role=Role.STAFF, area=code, merchant="m"),
        GrantRole(person=person, role=Role.MERCHANT_CLERK, area=code),
        GrantRole(person=person, role=Role.PLATFORM_ADMIN, area=code),
    ):
        with pytest.raises(RoleHasOtherScope):
            act(grant_role, admin, command)
    with pytest.raises(UnknownMerchant):
        act(grant_role, admin, GrantRole(person=person, role=Role.MERCHANT_CLERK, merchant="no such"))
    with pytest.raises(NotFound):
        act(grant_role, admin, GrantRole(person="nobody", role=Role.STAFF, area=code))


def test_nobody_grants_above_themself_nor_to_themself(session: Session, tree: dict[str, Area]) -> None:
    me = make_staff(session, tree["street"], Role.STREET_ADMIN)
    admin, mine = actor_of(session, me), me.public_id
    other = make_person(session, tree["community"]).public_id
    district, community = tree["district"].code, tree["community"].code
    for command in (
        GrantRole(person=other, role=Role.STREET_ADMIN, area=district),
        GrantRole(person=other, role=Role.PLATFORM_ADMIN),
        GrantRole(person=mine, role=Role.STAFF, area=community),
    ):
        with pytest.raises(Forbidden):
            act(grant_role, admin, command)


def test_a_manager_grants_clerks_and_anybody_lays_down_their_own(session: Session, tree: dict[str, Area]) -> None:
    shop = make_merchant(session, tree["community"])
    manager = actor_of(session, make_clerk(session, shop, Role.MERCHANT_MANAGER))
    person = make_person(session, tree["community"])
    person_id, public_id, code = person.id, person.public_id, shop.code
    granted = act(grant_role, manager, GrantRole(person=public_id, role=Role.MERCHANT_CLERK, merchant=code))
    with pytest.raises(Forbidden):
        act(grant_role, manager, GrantRole(person=public_id, role=Role.MERCHANT_MANAGER, merchant=code))
    with pytest.raises(Forbidden):
        act(end_role, actor_of(session, make_person(session)), granted.public_id)
    assert not act(end_role, fresh(session, person_id), granted.public_id).is_repeat
    with pytest.raises(NotFound):
        act(end_role, manager, "no such")


# --- being seen, phones


def test_nobody_verifies_themself_by_a_scan(session: Session, tree: dict[str, Area]) -> None:
    person_id = make_person(session, tree["community"], verified=False).id
    staff_id = make_staff(session, tree["community"]).id
    now = clock_module.now()
    assert not write(mark_verified, person_id, by_id=person_id, way="scan", now=now)
    assert write(mark_verified, person_id, by_id=staff_id, way="scan", now=now)
    assert not write(mark_verified, person_id, by_id=staff_id, way="scan", now=now)
    assert kinds_of(session, person_id) == ["people.verified"]


def test_staff_verify_who_lives_in_their_area(session: Session, tree: dict[str, Area]) -> None:
    person = make_person(session, tree["community"], verified=False)
    person_id, public_id = person.id, person.public_id
    staff = actor_of(session, make_staff(session, tree["community"]))
    elsewhere = actor_of(session, make_staff(session, tree["other"]))
    with pytest.raises(Forbidden):
        act(verify_at_desk, elsewhere, public_id)
    assert act(verify_at_desk, staff, public_id)
    assert person_now(session, person_id).verified_at == clock_module.now()


def test_the_true_owner_gets_the_number(session: Session, tree: dict[str, Area]) -> None:
    stranger = make_person(session, tree["other"], verified=False, phone="13800001234").id
    owner = make_person(session, tree["community"], phone=None)
    owner_id, public_id = owner.id, owner.public_id
    staff = actor_of(session, make_staff(session, tree["community"]))
    act(give_phone, staff, GivePhone(person=public_id, phone="13800001234"))
    assert person_now(session, owner_id).phone == "13800001234"
    assert person_now(session, stranger).phone is None
    assert kinds_of(session, stranger) == ["people.phone_lost"]
    assert kinds_of(session, owner_id) == ["people.phone_given"]
    act(give_phone, staff, GivePhone(person=public_id, phone="13800001234"))
    assert kinds_of(session, owner_id) == ["people.phone_given"], "a repeat is no news"


def test_a_verified_holder_keeps_the_number(session: Session, tree: dict[str, Area]) -> None:
    holder = make_person(session, tree["other"], phone="13800001234").id
    person = make_person(session, tree["community"], phone=None).public_id
    staff = actor_of(session, make_staff(session, tree["community"]))
    with pytest.raises(PhoneTaken):
        act(give_phone, staff, GivePhone(person=person, phone="13800001234"))
    assert person_now(session, holder).phone == "13800001234"


def test_the_desk_registers_somebody_without_a_phone(session: Session, tree: dict[str, Area]) -> None:
    staff = actor_of(session, make_staff(session, tree["community"]))
    community, other = tree["community"].code, tree["other"].code
    done = act(register_at_desk, staff, RegisterAtDesk(name="张奶奶", area=community, consent_version=VERSION))
    assert person_now(session, done.person_id).verified_at is not None
    with pytest.raises(Forbidden):
        act(register_at_desk, staff, RegisterAtDesk(name="张奶奶", area=other, consent_version=VERSION))
    with pytest.raises(ConsentRequired):
        act(register_at_desk, staff, RegisterAtDesk(name="张奶奶", area=community, consent_version=None))


# --- oneself


def test_a_profile_changes_only_what_is_given(session: Session, tree: dict[str, Area]) -> None:
    person = make_person(session, name="王小明")
    actor, area = actor_of(session, person), tree["other"]
    other_id, other_code = area.id, area.code
    act(change_profile, actor, ChangeProfile(locale="en", elder_view=True))
    assert kinds_of(session, actor.person_id) == []
    act(change_profile, actor, ChangeProfile(area=other_code, listing=Listing.EVERYWHERE))
    now = person_now(session, actor.person_id)
    assert (now.name, now.locale, now.elder_view, now.shows_on_rankings, now.home_area_id) == (
        "王小明",
        "en",
        True,
        True,
        other_id,
    )
    assert kinds_of(session, actor.person_id) == ["people.profile_changed"]


def test_on_which_rankings_one_stands_is_ones_own_choice(session: Session, clock: Clock) -> None:
    person = make_person(session)
    actor = actor_of(session, person)

    def chosen() -> Listing:
        session.expire_all()
        return person_card(session, actor.person_id, now=clock.now()).listing

    assert chosen() is Listing.COMMUNITY
    act(change_profile, actor, ChangeProfile(listing=Listing.EVERYWHERE))
    assert chosen() is Listing.EVERYWHERE
    act(change_profile, actor, ChangeProfile(listing=Listing.NOWHERE))
    since = person_now(session, actor.person_id).off_rankings_since
    assert chosen() is Listing.NOWHERE
    assert since == clock.now()
    clock.forward(days=1)
    act(change_profile, actor, ChangeProfile(listing=Listing.NOWHERE))
    assert person_now(session, actor.person_id).off_rankings_since == since
    act(change_profile, actor, ChangeProfile(locale="en"))
    assert chosen() is Listing.NOWHERE
    act(change_profile, actor, ChangeProfile(listing=Listing.COMMUNITY))
    assert chosen() is Listing.COMMUNITY
    assert person_now(session, actor.person_id).off_rankings_since is None


def test_a_home_is_chosen_once(session: Session, tree: dict[str, Area]) -> None:
    actor, other, home = actor_of(session, make_person(session, tree["community"])), tree["other"], tree["community"]
    with pytest.raises(HomeIsSet):
        act(change_profile, actor, ChangeProfile(area=other.code))
    act(change_profile, actor, ChangeProfile(area=home.code))


def test_a_new_password_signs_every_device_out(session: Session) -> None:
    old = hash_password("246810")
    actor = actor_of(session, make_person(session, password_hash=old))
    version = act(change_password, actor, ChangePassword(verified_hash=old, new_hash=hash_password("135790")))
    assert version == actor.session_version + 1
    with pytest.raises(InvalidCredentials):
        act(change_password, actor, ChangePassword(verified_hash=old, new_hash=hash_password("111111")))
    assert act(sign_out_everywhere, actor) == version + 1


def test_a_lost_code_is_replaced(session: Session) -> None:
    person = make_person(session)
    old, actor = person.personal_code, actor_of(session, person)
    new = act(replace_personal_code, actor)
    assert new != old
    assert person_card(session, actor.person_id, now=clock_module.now()).personal_code == new


def test_two_thousand_people_in_one_go(session: Session, tree: dict[str, Area]) -> None:
    home = tree["community"].id
    drafts = [
        NewPerson(name=f"居民{n}", phone=f"1390000{n:04d}", home_area_id=home, verified_by="demo") for n in range(2000)
    ]
    made = act(create_people, drafts)
    assert [person.name for person in made] == [draft.name for draft in drafts]
    assert len({person.volunteer_number for person in made}) == 2000
    rows = dict(session.execute(select(Person.id, Person.name)).all())
    assert all(rows[person.id] == person.name for person in made)


# --- guesses


def test_an_address_is_only_stopped_far_above_a_crowds_mistakes(session: Session, clock: Clock) -> None:
    write(lambda session: policy.set_value(session, FAILURES_PER_ADDRESS, 20, now=clock.at))
    right = hash_password("246810")
    make_person(session, phone="13900009999", password_hash=right)

    def guess(phone: str, password: str = "wrong!", address: str | None = "203.0.113.9") -> None:
        attempt = SignIn(phone=phone, password=password, address=address)
        act(sign_in_with_password, check_password(session, attempt, now=clock.at))

    for number in range(20):
        with pytest.raises(InvalidCredentials):
            guess(f"1380000{number:04d}")
    with pytest.raises(TooManyAttempts):
        guess("13900009999", "246810")
    guess("13900009999", "246810", address="203.0.113.10")
    guess("13900009999", "246810", address=None)
    clock.forward(hours=25)
    assert act(forget_old_failures) == 40


def test_a_password_changed_while_we_hashed_is_not_the_password(session: Session) -> None:
    old = hash_password("246810")
    actor = actor_of(session, make_person(session, phone="13900009999", password_hash=old))
    checked = check_password(session, SignIn(phone="13900009999", password="246810"), now=clock_module.now())
    act(change_password, actor, ChangePassword(verified_hash=old, new_hash=hash_password("135790")))
    with pytest.raises(InvalidCredentials):
        act(sign_in_with_password, checked)


def test_a_phone_that_reads_like_anothers_number_hides_nobody(session: Session) -> None:
    owner = make_person(session, volunteer_number="23456789012", password_hash=hash_password("246810")).id
    rival = make_person(session, phone="23456789012", password_hash=hash_password("135790"), verified=False).id
    for password, who in (("246810", owner), ("135790", rival), ("000000", None)):
        attempt = SignIn(phone="23456789012", volunteer_number="23456789012", password=password)
        assert check_password(session, attempt, now=clock_module.now()).person_id == who


# --- the desk's search


def test_staff_find_their_own_people(session: Session, tree: dict[str, Area]) -> None:
    staff = actor_of(session, make_staff(session, tree["community"], name="赵工"))
    platform = make_person(session, name="平台")
    session.add(RoleGrant(person_id=platform.id, role=Role.PLATFORM_ADMIN, scope="all", starts_at=clock_module.now()))
    session.commit()
    make_person(session, tree["grid"], name="钱一", phone="13811112222", volunteer_number="23456780000")
    make_person(session, tree["other"], name="钱二")
    make_person(session, None, name="钱三")

    def whole(lines: Iterable[PersonLine]) -> list[str]:
        return [session.get_one(Person, line.id).name for line in lines]

    def names(actor: Actor, text: str) -> set[str]:
        return set(whole(search_people(session, actor, text).items))

    assert names(staff, "钱") == {"钱一"}
    assert names(staff, "2222") == names(staff, "80000") == {"钱一"}
    assert names(staff, "") == {"钱一", "赵工"}
    assert names(actor_of(session, platform), "钱") == {"钱一", "钱二", "钱三"}
    for hostile in ("%", "_", "'", '"; --', "\\", "x" * 100_000):
        assert names(staff, hostile) == set()
    assert names(actor_of(session, make_person(session, tree["community"])), "钱") == set()
    pages = search_people(session, actor_of(session, platform), "钱")
    assert whole(pages.items) == ["钱三", "钱二", "钱一"]
    assert {line.name for line in pages.items} == {"钱*"}, "a list shows nobody's whole name"
    make_person(session, tree["grid"], name="钱一一")
    make_person(session, tree["grid"], name="一钱 Ann")
    assert names(staff, "钱一") == {"钱一", "钱一一"}, "letters in another order are another name"
    assert names(staff, "一一") == {"钱一一"}, "a letter twice is there twice"
    assert names(staff, "钱 A") == {"一钱 Ann"}
