"""Who may open which door, and what a request looks like that a door understands: the table behind the door matrix."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pointsapp.core import clock as time
from pointsapp.core.events import EventDelivery
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Claim
from pointsapp.ledger.services import ask_write_off, take_back
from pointsapp.ledger.services.seals import seal_due
from pointsapp.merchants.models import Invitation
from pointsapp.notices.models import Notice
from pointsapp.people.models import RoleGrant
from pointsapp.people.queries import current_notice, load_actor
from pointsapp.stars.schemas import MemberForm, PaperForm, PlanItemForm
from pointsapp.stars.services import add_item, record_member, record_paper
from pointsapp.worker import deliver_events
from tests.contract.world import API, World
from tests.house.reading import ROOT
from tests.stars.things import make_branches, open_small_round

EXAMPLE = ROOT / "docs" / "examples" / "henan-urban.yaml"

# resident: the one whom the scene's sign-ups, vouchers and entries belong to; neighbour: any other resident;
# staff of the scene's community, its street's administrator, and the same two of another street; the shop's clerk and manager, and
# another shop's manager.
WHO = (
    "resident", "neighbour", "staff", "foreign_staff", "street_admin", "foreign_admin", "clerk", "manager", "other_manager",
    "platform_admin",
)  # fmt: skip
EVERYBODY = frozenset(WHO)
OWNER = frozenset({"resident"})
STAFF = frozenset({"staff", "street_admin", "platform_admin"})
ANY_STAFF = STAFF | {"foreign_staff", "foreign_admin"}
PLANNERS = frozenset({"staff", "platform_admin"})  # the street office sees every plan and writes none
STREET = frozenset({"street_admin", "platform_admin"})
PLATFORM = frozenset({"platform_admin"})
SHOP = frozenset({"clerk", "manager"})
ANY_SHOP = SHOP | {"other_manager"}
MANAGER = frozenset({"manager"})

# As a browser reads it: a script without an address, a style, a handler. A block of JSON is no script.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*\btype=.application/json)[^>]*>|<style|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=", re.I
)

Body = Callable[["Scene"], dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """`who` may; `at` fills the address's places by names of the scene's things; `body` is a request it understands."""

    who: frozenset[str]
    at: dict[str, str] = field(default_factory=dict)
    body: Body | None = None


PUBLIC = Door(EVERYBODY)


class Scene:
    """A day on which something of every kind lies about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.things: dict[str, str] = {}
        self.inline: set[str] = set()  # pages that were seen to carry what the CSP forbids
        self._set()

    def _set(self) -> None:
        world, keep = self.world, self.things
        for who in WHO:
            world.token(who)
        world.budget()
        world.earn("resident", points=500)
        keep["entry"] = world.get("resident", "/me/points/entries")["items"][0]["id"]
        world.clock.forward(days=1, hours=3)
        while write(seal_due, now=time.now()):
            pass  # only a sealed day's entry has a proof
        keep["offer"] = world.offer()["id"]
        keep["pending_offer"] = world.post("manager", "/offers", self.offer())["id"]
        voucher = world.post("resident", f"/offers/{keep['offer']}/vouchers")
        keep["voucher"], keep["code"] = voucher["id"], voucher["code"]
        used = world.post("resident", f"/offers/{keep['offer']}/vouchers")
        keep["redemption"] = world.post("clerk", "/redemptions", {"code": used["code"]})["id"]
        soon = {"starts_at": world.at(minutes=5), "ends_at": world.at(minutes=65)}
        done = world.task(shift=soon)
        keep["done_shift"] = done["shifts"][0]["id"]
        keep["signup_done"] = world.sign_up("resident", keep["done_shift"])["id"]
        keep["attendance"] = world.check_in("resident", keep["done_shift"])["id"]
        later = {"starts_at": world.at(hours=20), "ends_at": world.at(hours=21)}
        task = world.task(shift=later)
        keep["task"], keep["shift"] = task["id"], task["shifts"][0]["id"]
        keep["signup"] = world.sign_up("resident", keep["shift"])["id"]
        keep["draft"] = world.draft(shift=later)["id"]
        ask = {"minutes": 30, "reason": "早走了半小时"}
        keep["correction"] = world.post("second_staff", f"/signups/{keep['signup_done']}/corrections", ask)["id"]
        keep["person"] = world.person("unverified").public_id
        keep["shop"] = world.shop.public_id
        keep["personal_code"] = world.get("unverified", "/me/code")["code"]
        keep["venue_code"] = world.venue_code(keep["done_shift"])
        keep["clerk_person"] = world.person("clerk").public_id
        keep["one_time_code"] = world.post("staff", f"/people/{keep['person']}/one-time-codes", {})["code"]
        keep["nothing"] = "nosuchid0000"
        keep["policy"] = "tasks.weekly_quota"

        self._set_by_hand()

    def _set_by_hand(self) -> None:
        """What no call of the API makes: a round of stars, an invitation, a notice, a claim."""
        session, keep = self.world.session, self.things
        areas = [self.world.areas[name] for name in ("community", "other")]
        make_branches(session, *areas)
        open_small_round(session)
        keep["round"] = self.world.get("staff", "/five-star/rounds")["items"][0]["id"]
        standings = self.world.get("staff", f"/five-star/rounds/{keep['round']}/standings")["items"]
        keep["branch"] = next(
            each["branch"]["id"] for each in standings if each["branch"]["code"] == f"b-{areas[0].code}"
        )
        page = self.world.get("staff", f"/five-star/rounds/{keep['round']}/standings/{keep['branch']}")
        keep["indicator"] = next(
            each["key"] for star in page["stars"] for each in star["indicators"] if each["source"] == "assessed"
        )
        keep["figure"], keep["open_metric"] = "hours", "tasks_completed"
        self._set_plan()
        deliver_events(time.now())
        told = session.execute(select(EventDelivery.event_id, EventDelivery.subscriber)).first()
        assert told is not None
        keep["event"], keep["subscriber"] = str(told.event_id), told.subscriber
        keep["notice"] = (
            session.scalars(
                select(Notice.public_id)
                .where(Notice.person_id == self.world.person("resident").id)
                .order_by(Notice.id.desc())
            ).first()
            or ""
        )
        clerk = self.world.person("clerk").id
        keep["clerk_grant"] = session.scalars(select(RoleGrant.public_id).where(RoleGrant.person_id == clerk)).one()
        poor, second = self.world.person("unverified").id, self.world.person("second_staff").id
        for name in ("claim", "asked_claim"):
            write(
                take_back, person_id=poor, amount=5, to_account=accounts.task_reserved(1), reference=name, memo="test", facts={},
                now=time.now(),
            )  # fmt: skip
        claims = session.execute(select(Claim.id, Claim.public_id).order_by(Claim.id)).all()
        keep["claim"], keep["asked_claim"] = (public_id for _id, public_id in claims)
        write(ask_write_off, claims[1][0], by_id=second)
        self._invite()

    def _invite(self) -> None:
        browser: Any = self.world.client.application.test_client()
        browser.sign_in(self.world.person("manager"))
        answer = browser.post(f"/shop/{self.things['shop']}/invitations", data={"role": "merchant_clerk"})
        self.things["invitation"] = answer.headers["Location"].rsplit("/", 1)[-1]
        made = self.world.session.scalars(select(Invitation)).one()
        self.things["invitation_code"] = made.code
        assert made.public_id == self.things["invitation"]

    def _set_plan(self) -> None:
        """Put an item on the branch's plan, as its community's staff."""
        actor = load_actor(self.world.session, self.world.person("staff").id, now=time.now())
        assert actor is not None
        item = PlanItemForm().load(_plan_item(self) | {"branch_id": self.things["branch"]})
        made = write(add_item, actor, item, now=time.now())
        self.things["plan_item"] = made.item_id or ""
        office = load_actor(self.world.session, self.world.person("street_admin").id, now=time.now())
        assert office is not None
        member = self.world.person("resident")
        joins = MemberForm().load({"branch_id": self.things["branch"], "who": member.phone})
        self.things["member"] = write(record_member, office, joins, now=time.now()).person_id
        second = load_actor(self.world.session, self.world.person("second_staff").id, now=time.now())
        assert second is not None
        self.things["paper"] = write(record_paper, second, PaperForm().load(_paper(self)), now=time.now()).public_id

    def offer(self) -> dict[str, Any]:
        return {"merchant_id": self.world.shop.public_id, "title": "豆浆", "description": "一杯", "points": 5}

    def address(self, rule: Any, door: Door) -> str:
        """Return the path of `rule` with a thing of the scene in every place."""
        values = {
            name: self.things[door.at.get(name, _USUAL.get(rule.endpoint, {}).get(name, "nothing"))]
            for name in rule.arguments
        }
        built = rule.build(values, append_unknown=False)
        assert built is not None
        return str(built[1])

    def body(self, door: Door) -> dict[str, Any] | None:
        return None if door.body is None else door.body(self)

    def ask(self, who: str | None, method: str, path: str, body: dict[str, Any] | None) -> int:
        """Return the status of the request as `who`: with a token at the API, with a cookie at a page."""
        world = self.world
        if path.startswith(API):
            return world.call(who, method, path.removeprefix(API), body).status_code
        browser: Any = world.client.application.test_client()
        if who is not None:
            person = world.person(who)
            browser.sign_in(person)
        extra = {"data": dict(body or {})} if method == "POST" else {}
        with browser.open(path, method=method, **extra) as answer:
            if answer.mimetype == "text/html" and INLINE.search(answer.get_data(as_text=True)):
                self.inline.add(path)
            return int(answer.status_code)

    def local(self, **span: float) -> str:
        """Return the instant so far from now, as a page's field reads it."""
        return time.to_local(self.world.clock.at + timedelta(**span)).strftime("%Y-%m-%dT%H:%M")


_USUAL: dict[str, dict[str, str]] = {
    "tasks.show_task": {"public_id": "task"},
    "tasks.open_task_code": {"public_id": "task"},
    "redemption.show_offer": {"public_id": "offer"},
    "checkin.show_arrival": {"code": "venue_code"},
    "people.show_one_time_code": {"code": "one_time_code"},
    "stars.show_branch": {"branch_id": "branch"},
    "stars.show_figures": {"branch_id": "branch"},
    "stars.show_plan": {"branch_id": "branch"},
    "stars.show_plan_item": {"branch_id": "branch", "item_id": "plan_item"},
}


def _delivery(scene: Scene) -> dict[str, Any]:
    return {"event_id": scene.things["event"], "subscriber": scene.things["subscriber"]}


def _reason(_scene: Scene) -> dict[str, Any]:
    return {"reason": "说明理由"}


def _task(scene: Scene) -> dict[str, Any]:
    return {
        "title": "清扫", "description": "一起清扫", "category": "environment", "area_id": scene.world.areas["community"].public_id,
        "place": "三号楼", "points": 5, "points_mode": "per_completion", "check_out_required": False,
        "shifts": [{"starts_at": scene.world.at(hours=20), "ends_at": scene.world.at(hours=21), "capacity": 5}],
    }  # fmt: skip


def _grant(scene: Scene) -> dict[str, Any]:
    return {"area_id": scene.world.areas["street"].public_id, "points": 10, "memo": "十二月"}


def _merchant(scene: Scene) -> dict[str, Any]:
    return {"code": "new-shop", "name": "新店", "area_id": scene.world.areas["community"].public_id, "address": "一号"}


def _nothing(_scene: Scene) -> dict[str, Any]:
    return {}


def _venue_code(scene: Scene) -> dict[str, Any]:
    return {"code": scene.things["venue_code"]}


def _voucher_code(scene: Scene) -> dict[str, Any]:
    return {"code": scene.things["code"]}


def _listed(scene: Scene) -> dict[str, Any]:
    return {"user_id": scene.world.person("resident").public_id}


def _correction(_scene: Scene) -> dict[str, Any]:
    return {"minutes": 40, "reason": "早走了二十分钟"}


def _assessment(scene: Scene) -> dict[str, Any]:
    things = scene.things
    return {
        "round_id": things["round"],
        "branch_id": things["branch"],
        "indicator": things["indicator"],
        "score": 1,
        "reason": "看过台账",
    }


def _api_assessment(scene: Scene) -> dict[str, Any]:
    return {name: value for name, value in _assessment(scene).items() if name != "round_id"}


def _aims(scene: Scene) -> dict[str, Any]:
    return {"round_id": scene.things["round"], "branch_id": scene.things["branch"]}


def _newcomer(scene: Scene) -> dict[str, Any]:
    return {
        "name": "新居民",
        "area": scene.world.areas["community"].public_id,
        "consent_version": current_notice().consent_version,
    }


def _phone(_scene: Scene) -> dict[str, Any]:
    return {"phone": "13911112222"}


def _role(scene: Scene) -> dict[str, Any]:
    return {"role": "staff", "area": scene.world.areas["community"].public_id}


def _rule(_scene: Scene) -> dict[str, Any]:
    return {"category": "environment", "cap_day": "100", "reason": "试行"}


def _policy(_scene: Scene) -> dict[str, Any]:
    return {"value": "5", "reason": "试行"}


def _later(scene: Scene) -> dict[str, Any]:
    return {"starts_at": scene.local(hours=22), "ends_at": scene.local(hours=23), "reason": "下雨"}


def _task_form(scene: Scene) -> dict[str, Any]:
    row = {"starts_at": scene.local(hours=20), "ends_at": scene.local(hours=21), "capacity": "5"}
    plain = {name: value for name, value in _task(scene).items() if name not in ("shifts", "check_out_required")}
    return plain | {f"shifts-0-{name}": value for name, value in row.items()}


def _notice(scene: Scene) -> dict[str, Any]:
    return {"up_to": scene.things["notice"]}


def _password(_scene: Scene) -> dict[str, Any]:
    return {"new_password": "another-one"}


def _profile(_scene: Scene) -> dict[str, Any]:
    return {"name": "新名字"}


def _invite(_scene: Scene) -> dict[str, Any]:
    return {"role": "merchant_clerk"}


def _particulars(_scene: Scene) -> dict[str, Any]:
    return {"name": "烩面馆", "address": "二号"}


def _shift(scene: Scene) -> dict[str, Any]:
    return {"shift": scene.things["shift"]}


def _paper(scene: Scene) -> dict[str, Any]:
    return {
        "area": scene.world.areas["community"].public_id, "title": "楼院清扫", "source": "三号柜签到表",
        "done_on": time.local_day(scene.world.clock.at).isoformat(), "lines": f"{scene.world.person('resident').phone} 60",
    }  # fmt: skip


def _plan_item(scene: Scene) -> dict[str, Any]:
    return {
        "round_id": scene.things["round"], "goal": "first/party_life", "title": "补齐三会一课", "lead_unit": "组织办",
        "responsible_unit": "社区党总支", "due_on": time.local_day(scene.world.clock.at + timedelta(days=3)).isoformat(),
    }  # fmt: skip


_ITEM = {"branch_id": "branch", "item_id": "plan_item"}

DOORS: dict[str, Door] = {
    "rewards_api.give_budget": Door(STREET, body=_grant),
    "rewards_api.list_budgets": Door(ANY_STAFF),
    "checkin_api.post_check_in": Door(OWNER, body=_venue_code),
    "checkin_api.confirm_check_in": Door(STAFF, at={"checkin_id": "attendance"}),
    "checkin_api.void_check_in": Door(STAFF, at={"checkin_id": "attendance"}, body=_reason),
    "checkin_api.approve_correction": Door(STAFF, at={"correction_id": "correction"}),
    "checkin_api.decline_correction": Door(STAFF, at={"correction_id": "correction"}, body=_reason),
    "stars_api.list_rounds": Door(EVERYBODY),
    "stars_api.give_assessment": Door(STAFF, at={"round_id": "round"}, body=_api_assessment),
    "stars_api.list_standings": Door(EVERYBODY, at={"round_id": "round"}),
    "stars_api.open_standing": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.list_metrics": Door(EVERYBODY),
    "stars_api.list_figures": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.list_metric_rows": Door(
        EVERYBODY, at={"round_id": "round", "branch_id": "branch", "key": "open_metric"}
    ),
    "stars_api.open_plan": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "boards_api.list_residents": Door(EVERYBODY),
    "home_api.show_me": Door(EVERYBODY),
    "checkin_api.read_my_code": Door(EVERYBODY),
    "rewards_api.show_my_points": Door(EVERYBODY),
    "rewards_api.list_my_entries": Door(EVERYBODY),
    "boards_api.show_my_entry_proof": Door(OWNER, at={"entry_id": "entry"}),
    "tasks_api.list_my_signups": Door(EVERYBODY),
    "redemption_api.list_vouchers": Door(EVERYBODY),
    "merchants_api.list_merchants": Door(EVERYBODY),
    "merchants_api.add_merchant": Door(STAFF, body=_merchant),
    "merchants_api.list_offers": Door(EVERYBODY),
    "merchants_api.add_offer": Door(MANAGER, body=Scene.offer),
    "merchants_api.read_offer": Door(EVERYBODY, at={"public_id": "offer"}),
    "merchants_api.approve": Door(STAFF, at={"public_id": "pending_offer"}),
    "merchants_api.reject": Door(STAFF, at={"public_id": "pending_offer"}, body=_reason),
    "redemption_api.issue": Door(EVERYBODY, at={"public_id": "offer"}),
    "people_api.create_one_time_code": Door(STAFF, at={"person_id": "person"}, body=_nothing),
    "redemption_api.use": Door(SHOP, body=_voucher_code),
    "redemption_api.reverse": Door(SHOP, at={"public_id": "redemption"}, body=_reason),
    "people_api.close_session": Door(EVERYBODY),
    "checkin_api.read_venue_code": Door(STAFF, at={"shift_id": "done_shift"}),
    "checkin_api.post_person_check_in": Door(STAFF, at={"shift_id": "done_shift"}, body=_listed),
    "tasks_api.post_signup": Door(EVERYBODY, at={"shift_id": "shift"}),
    "tasks_api.list_shift_signups": Door(STAFF, at={"shift_id": "shift"}),
    "tasks_api.delete_signup": Door(OWNER, at={"signup_id": "signup"}),
    "tasks_api.accept_signup": Door(OWNER, at={"signup_id": "signup"}),
    "checkin_api.post_correction": Door(STAFF, at={"signup_id": "signup_done"}, body=_correction),
    "tasks_api.list_tasks": Door(EVERYBODY),
    "tasks_api.post_task": Door(STAFF, body=_task),
    "tasks_api.read_task": Door(EVERYBODY, at={"task_id": "task"}),
    "tasks_api.put_task": Door(STAFF, at={"task_id": "draft"}, body=_task),
    "tasks_api.approve_task": Door(STREET, at={"task_id": "draft"}),
    "tasks_api.cancel_task": Door(STAFF, at={"task_id": "task"}, body=_reason),
    "tasks_api.publish_task": Door(STAFF, at={"task_id": "draft"}),
    "redemption_api.look_up": Door(SHOP, at={"code": "code"}),
    "redemption_api.cancel": Door(OWNER, at={"public_id": "voucher"}),
    "checkin.confirm_minutes": Door(STAFF, at={"attendance": "attendance"}),
    "checkin.void_minutes": Door(STAFF, at={"attendance": "attendance"}, body=_reason),
    "checkin.show_receipt": Door(OWNER, at={"attendance": "attendance"}),
    "console.show_today": Door(ANY_STAFF),
    "console.open_console": Door(EVERYBODY),
    "areas.show_console_areas": Door(ANY_STAFF),
    "rewards.show_budgets": Door(ANY_STAFF),
    "rewards.give_budget": Door(STREET, body=_grant),
    "checkin.show_console_checkin": Door(ANY_STAFF),
    "checkin.show_screen": Door(STAFF, at={"shift": "done_shift"}),
    "checkin.show_poster": Door(STAFF, at={"shift": "done_shift"}),
    "rewards.show_claims": Door(ANY_STAFF),
    "rewards.agree_to_write_off": Door(STREET, at={"public_id": "asked_claim"}, body=_nothing),
    "rewards.ask_for_write_off": Door(STAFF, at={"public_id": "claim"}, body=_reason),
    "checkin.approve_correction": Door(STAFF, at={"correction": "correction"}),
    "checkin.decline_correction": Door(STAFF, at={"correction": "correction"}, body=_reason),
    "console.show_figures": Door(ANY_STAFF),
    "merchants.show_console_merchants": Door(ANY_STAFF),
    "merchants.show_console_merchant": Door(STAFF, at={"public_id": "shop"}),
    "merchants.new_merchant": Door(ANY_STAFF),
    "merchants.submit_merchant": Door(STAFF, body=_merchant),
    "merchants.show_console_offers": Door(ANY_STAFF),
    "merchants.approve": Door(STAFF, at={"public_id": "pending_offer"}, body=_nothing),
    "merchants.reject": Door(STAFF, at={"public_id": "pending_offer"}, body=_reason),
    "people.show_console_people": Door(ANY_STAFF),
    "people.submit_desk_person": Door(STAFF, body=_newcomer),
    "people.show_console_person": Door(ANY_STAFF, at={"public_id": "person"}),
    "people.show_issued_code": Door(ANY_STAFF, at={"public_id": "person"}),
    "people.submit_code_issue": Door(STAFF, at={"public_id": "person"}, body=_nothing),
    "people.submit_phone": Door(STAFF, at={"public_id": "person"}, body=_phone),
    "people.submit_role": Door(STREET, at={"public_id": "person"}, body=_role),
    "people.submit_role_end": Door(
        STREET | SHOP, at={"public_id": "clerk_person", "grant_id": "clerk_grant"}, body=_nothing
    ),
    "people.submit_verification": Door(STAFF, at={"public_id": "person"}, body=_nothing),
    "people.show_desk_form": Door(ANY_STAFF),
    "checkin.show_review": Door(ANY_STAFF),
    "rewards.show_console_rules": Door(ANY_STAFF),
    "rewards.add_version": Door(PLATFORM, body=_rule),
    "console.show_settings": Door(ANY_STAFF),
    "console.show_policy": Door(ANY_STAFF, at={"name": "policy"}),
    "console.submit_policy": Door(PLATFORM, at={"name": "policy"}, body=_policy),
    "console.show_deliveries": Door(PLATFORM),
    "console.submit_retry": Door(PLATFORM, body=_delivery),
    # One person's hours: a group under five opens to officers of the branch only.
    "stars.show_evidence": Door(STAFF, at={"branch_id": "branch", "indicator": "figure"}),
    "tasks.show_console_shift": Door(STAFF, at={"public_id": "shift"}),
    "tasks.name_leaders": Door(STAFF, at={"public_id": "shift"}, body=_nothing),
    "tasks.stop_shift": Door(STAFF, at={"public_id": "done_shift"}, body=_reason),
    "tasks.move_shift": Door(STAFF, at={"public_id": "shift"}, body=_later),
    "checkin.show_correction": Door(STAFF, at={"signup": "signup_done"}),
    "checkin.submit_correction": Door(STAFF, at={"signup": "signup_done"}, body=_correction),
    "stars.show_console_paper": Door(ANY_STAFF),
    "stars.submit_paper": Door(STAFF, body=_paper),
    "stars.show_paper": Door(STAFF, at={"sheet_id": "paper"}),
    "stars.submit_paper_confirmation": Door(STAFF, at={"sheet_id": "paper"}, body=_nothing),
    "stars.submit_paper_refusal": Door(STAFF, at={"sheet_id": "paper"}, body=_reason),
    "stars.show_metric_rows": Door(EVERYBODY, at={"branch_id": "branch", "key": "open_metric"}),
    "stars.show_console_plans": Door(ANY_STAFF),
    "stars.show_console_plan": Door(ANY_STAFF, at={"branch_id": "branch"}),
    "stars.submit_plan_item": Door(PLANNERS, at={"branch_id": "branch"}, body=_plan_item),
    "stars.show_console_item": Door(PLANNERS, at=_ITEM),
    "stars.submit_item_change": Door(PLANNERS, at=_ITEM, body=_plan_item),
    "stars.submit_progress": Door(PLANNERS, at=_ITEM, body=lambda _scene: {"progress": "60"}),
    "stars.submit_plan_evidence": Door(PLANNERS, at=_ITEM, body=lambda _scene: {"note": "纸质记录在三号柜"}),
    "stars.submit_withdrawal": Door(PLANNERS, at=_ITEM, body=_reason),
    "stars.show_console_round": Door(ANY_STAFF),
    "stars.show_draft": Door(STREET | {"foreign_admin"}),
    "stars.try_draft": Door(STREET | {"foreign_admin"}, body=lambda _scene: {"text": EXAMPLE.read_text()}),
    "stars.show_console_branch": Door(ANY_STAFF, at={"branch_id": "branch"}),
    "stars.submit_aims": Door(STAFF, at={"branch_id": "branch"}, body=_aims),
    "stars.submit_assessment": Door(STAFF, at={"branch_id": "branch"}, body=_assessment),
    "stars.show_members": Door(frozenset({"street_admin"}), at={"branch_id": "branch"}),
    "stars.submit_member": Door(
        frozenset({"street_admin"}),
        at={"branch_id": "branch"},
        body=lambda scene: {"who": scene.world.person("neighbour").phone},
    ),
    "stars.submit_member_end": Door(
        frozenset({"street_admin"}),
        at={"branch_id": "branch", "person_id": "member"},
        body=lambda scene: {"ended_on": time.local_day(scene.world.clock.at).isoformat()},
    ),
    "tasks.show_console_tasks": Door(ANY_STAFF),
    "tasks.show_console_task": Door(STAFF, at={"public_id": "task"}),
    "tasks.approve_task": Door(STREET, at={"public_id": "draft"}, body=_nothing),
    "tasks.cancel_task": Door(STAFF, at={"public_id": "task"}, body=_reason),
    "tasks.show_edit_task": Door(STAFF, at={"public_id": "draft"}),
    "tasks.edit_task": Door(STAFF, at={"public_id": "draft"}, body=_task_form),
    "tasks.show_task_poster": Door(STAFF, at={"public_id": "task"}),
    "tasks.publish_task": Door(STAFF, at={"public_id": "draft"}, body=_nothing),
    "tasks.show_new_task": Door(ANY_STAFF),
    "tasks.create_task": Door(STAFF, body=_task_form),
    "people.show_joined": Door(EVERYBODY),
    "checkin.show_lead_list": Door(EVERYBODY),
    "checkin.show_lead": Door(STAFF, at={"shift": "done_shift"}),
    "checkin.submit_person": Door(STAFF, at={"shift": "done_shift"}, body=_listed),
    "home.show_me": Door(EVERYBODY),
    "checkin.show_my_code": Door(EVERYBODY),
    "people.submit_code_replacement": Door(EVERYBODY),
    "home.show_hours": Door(EVERYBODY),
    "notices.show_notices": Door(EVERYBODY),
    "notices.read_one": Door(OWNER, at={"public_id": "notice"}, body=_nothing),
    "notices.read_all": Door(OWNER, body=_notice),
    "people.submit_password": Door(EVERYBODY, body=_password),
    "rewards.show_points": Door(EVERYBODY),
    "rewards.show_entry": Door(OWNER, at={"public_id": "entry"}),
    "people.show_profile": Door(EVERYBODY),
    "people.submit_profile": Door(EVERYBODY, body=_profile),
    "people.submit_sign_out_everywhere": Door(EVERYBODY),
    "tasks.show_my_signups": Door(EVERYBODY),
    "tasks.show_notice": Door(OWNER, at={"public_id": "signup"}),
    "redemption.show_vouchers": Door(EVERYBODY),
    "redemption.show_voucher": Door(OWNER, at={"public_id": "voucher"}),
    "redemption.give_back_voucher": Door(OWNER, at={"public_id": "voucher"}, body=_nothing),
    "redemption.take_voucher": Door(EVERYBODY, at={"public_id": "offer"}, body=_nothing),
    "checkin.submit_arrival": Door(OWNER, at={"code": "venue_code"}, body=_nothing),
    "merchants.show_invitation": Door(EVERYBODY, at={"code": "invitation_code"}),
    "merchants.accept": Door(EVERYBODY - {"manager"}, at={"code": "invitation_code"}, body=_nothing),
    "checkin.show_person": Door(EVERYBODY, at={"code": "personal_code"}),
    "redemption.show_voucher_code": Door(EVERYBODY, at={"code": "code"}),
    "boards.show_entry_proof": Door(OWNER, at={"public_id": "entry"}),
    "merchants.show_shops": Door(ANY_SHOP),
    "merchants.show_shop": Door(SHOP | STAFF, at={"public_id": "shop"}),
    "merchants.submit_invitation": Door(MANAGER | STREET, at={"public_id": "shop"}, body=_invite),
    "merchants.show_invitation_card": Door(MANAGER, at={"public_id": "shop", "invitation": "invitation"}),
    "merchants.take_back_invitation": Door(
        MANAGER | STREET, at={"public_id": "shop", "invitation": "invitation"}, body=_nothing
    ),
    "merchants.change_offer": Door(MANAGER, at={"public_id": "shop", "offer": "pending_offer"}),
    "merchants.submit_offer": Door(MANAGER, at={"public_id": "shop", "offer": "pending_offer"}, body=Scene.offer),
    "merchants.take_down_offer": Door(MANAGER | STAFF, at={"public_id": "shop", "offer": "offer"}, body=_nothing),
    "merchants.new_offer": Door(MANAGER, at={"public_id": "shop"}),
    "merchants.submit_new_offer": Door(MANAGER, at={"public_id": "shop"}, body=Scene.offer),
    "merchants.edit_shop": Door(MANAGER | STAFF, at={"public_id": "shop"}),
    "merchants.submit_shop": Door(MANAGER | STAFF, at={"public_id": "shop"}, body=_particulars),
    "merchants.pause": Door(MANAGER | STAFF, at={"public_id": "shop"}, body=_nothing),
    "merchants.remove": Door(SHOP | STREET, at={"public_id": "shop", "grant": "clerk_grant"}, body=_nothing),
    "merchants.resume": Door(MANAGER | STAFF, at={"public_id": "shop"}, body=_nothing),
    "people.submit_sign_out": Door(EVERYBODY),
    "tasks.accept_offer": Door(OWNER, at={"public_id": "signup"}, body=_nothing),
    "tasks.cancel_signup": Door(OWNER, at={"public_id": "signup"}, body=_nothing),
    "tasks.grab": Door(EVERYBODY, at={"public_id": "task"}, body=_shift),
    "redemption.show_till": Door(ANY_SHOP),
    "redemption.submit_code": Door(SHOP, body=_voucher_code),
    "redemption.show_day": Door(ANY_SHOP),
    "redemption.show_answer": Door(SHOP, at={"public_id": "redemption"}),
    "redemption.undo_redemption": Door(SHOP, at={"public_id": "redemption"}, body=_reason),
}
