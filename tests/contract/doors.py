"""Who may open which door, and what a request looks like that a door understands: the table behind the door matrix."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from PIL import Image
from sqlalchemy import select, update

from pointsapp.audit.services import SearchAudit, search_audit
from pointsapp.batches.models import BatchKind
from pointsapp.batches.services import AskExport, ask_export, run_next
from pointsapp.care.services import AskMove, OfferMandate, accept_mandate, ask_move, issue_card, offer_mandate
from pointsapp.certificates.models import CertificateLine
from pointsapp.certificates.services import (
    AddItem,
    AskCertificate,
    AskRecord,
    RecordKind,
    ReportOnward,
    ask_certificate,
    ask_record,
    confirm_line,
    report_onward,
)
from pointsapp.certificates.services import add_item as add_record_item
from pointsapp.contest.schemas import PanelForm, PledgeForm, ReportForm
from pointsapp.contest.services import call_panel, publish_pledge, report_pledge
from pointsapp.core import clock as time
from pointsapp.core import events, uploads
from pointsapp.core.actor import Actor
from pointsapp.core.attic import Attic
from pointsapp.core.codes import PASS_LENGTH, PERSONAL_LENGTH, new_code, new_public_id
from pointsapp.core.events import EventDelivery
from pointsapp.core.transaction import write
from pointsapp.deeds.models import DeedKind
from pointsapp.deeds.services import HandIn, KeptPicture, hand_in
from pointsapp.desk.models import Reach
from pointsapp.disputes.models import DisputeKind
from pointsapp.disputes.services import OpenDispute, open_dispute
from pointsapp.exports.schemas import ExportForm
from pointsapp.exports.services import make_export
from pointsapp.feedback.schemas import SayForm
from pointsapp.feedback.services import say_feedback
from pointsapp.giving.services import Donate, OpenFund, donate, open_fund
from pointsapp.inspections.models import Finding
from pointsapp.inspections.queries import finding_page
from pointsapp.inspections.schemas import AnnounceForm, FindingForm
from pointsapp.inspections.services import (
    IssuePass,
    announce_draw,
    issue_pass,
    record_finding,
    start_inspection,
    with_photos,
)
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Claim
from pointsapp.ledger.services import ask_write_off, take_back
from pointsapp.ledger.services.seals import seal_due
from pointsapp.merchants.models import Invitation
from pointsapp.merging.models import Merge
from pointsapp.notices.models import Address, ChannelName, Notice
from pointsapp.notices.rules import code_of
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import current_notice, load_actor
from pointsapp.privacy.services import take_copy
from pointsapp.redemption.models import Redemption
from pointsapp.redemption.services import ReportShortage, report_shortage
from pointsapp.settlements.models import Settlement, SettlementLine
from pointsapp.stars.models import (
    Assessment,
    Branch,
    EditionKind,
    Erratum,
    Objection,
    Round,
    RoundBranch,
    RoundState,
)
from pointsapp.stars.queries import find_round
from pointsapp.stars.schemas import AssessForm, LinkForm, MemberForm, PaperForm, PlanItemForm, ProofForm
from pointsapp.stars.services import (
    KeptFile,
    add_item,
    assess,
    give_proof,
    link_evidence,
    publish_proof,
    record_member,
    record_paper,
    set_progress,
)
from pointsapp.stars.services.editions import freeze_standings
from pointsapp.statistics.services import count_running
from pointsapp.tasks.models import NoShow, NoShowState, Signup, Task
from pointsapp.tasks.services import Picture, save_template, set_picture
from pointsapp.watch.models import Anomaly
from pointsapp.worker import deliver_events
from tests.contract.world import API, World
from tests.databases import SECRET
from tests.factories import make_area
from tests.house.reading import ROOT
from tests.stars.things import make_branches, open_small_round

EXAMPLE = ROOT / "docs" / "examples" / "henan-urban.yaml"

# resident: the one whom the scene's sign-ups, vouchers and entries belong to; neighbour: any other resident;
# staff of the scene's community, its street's administrator, and the same two of another street; the shop's clerk and manager, and
# another shop's manager; and of the scene's street an assessor, an inspector and an auditor, of its district a reader.
WHO = (
    "resident", "neighbour", "staff", "foreign_staff", "street_admin", "foreign_admin", "clerk", "manager", "other_manager",
    "platform_admin", "assessor", "inspector", "district_reader", "auditor",
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
BOARD = frozenset({"assessor", "inspector", "district_reader", "auditor"})
INSPECTS = STREET | {"inspector"}
STATISTICS = ANY_STAFF | BOARD
NAMES = STAFF | BOARD - {"district_reader"}  # whom the board tells whose work it was

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
        keep["community"] = world.areas["community"].public_id
        keep["personal_code"] = world.get("unverified", "/me/code")["code"]
        keep["venue_code"] = world.venue_code(keep["done_shift"])
        keep["clerk_person"] = world.person("clerk").public_id
        keep["one_time_code"] = world.post("staff", f"/people/{keep['person']}/one-time-codes", {})["code"]
        keep["nothing"] = "nosuchid0000"
        keep["policy"] = "tasks.weekly_quota"

        self._set_shop()
        self._set_by_hand()

    def _set_twins(self) -> None:
        """Somebody with two accounts, and somebody whose two accounts are proposed to become one."""
        session, home = self.world.session, self.world.person("resident").home_area_id
        twins = [
            Person(
                name="李桂兰",
                volunteer_number=f"4200000000{number}",
                home_area_id=home,
                personal_code=new_code(PERSONAL_LENGTH),
                created_at=time.now(),
            )
            for number in range(4)
        ]
        session.add_all(twins)
        session.flush()
        self.things["twin"], self.things["other_twin"] = twins[0].public_id, twins[1].public_id
        proposed = Merge(
            absorbed_id=twins[2].id,
            survivor_id=twins[3].id,
            area_id=home,
            reason="本人说的",
            proposed_at=time.now(),
            proposed_by_id=self.world.person("second_staff").id,
            moved={},
        )
        session.add(proposed)
        session.commit()
        self.things["merge"] = proposed.public_id

    def _set_batch(self) -> None:
        """A list that the staff have taken out."""
        session, staff = (
            self.world.session,
            load_actor(self.world.session, self.world.person("staff").id, now=time.now()),
        )
        asked = AskExport(kind=BatchKind.TASKS_OUT, area_id=self.world.areas["community"].code)
        self.things["batch"] = write(ask_export, staff, asked, now=time.now()).public_id
        write(run_next, now=time.now())
        self.things["csv"], self.things["people_in"] = "csv", "people_in"
        session.rollback()

    def _set_shop(self) -> None:
        """The shop has nothing for the voucher, the used one is disputed, and its month is drafted."""
        session, keep, now = self.world.session, self.things, time.now()
        actors = {who: load_actor(session, self.world.person(who).id, now=now) for who in ("resident", "clerk")}
        keep["shortage"] = write(report_shortage, actors["clerk"], ReportShortage(code=keep["code"]), now=now).public_id
        opening = OpenDispute(redemption=keep["redemption"], kind=DisputeKind.NOT_ME, words="不是我")
        keep["dispute"] = write(open_dispute, actors["resident"], opening, now=now).public_id
        used = session.scalars(select(Redemption).where(Redemption.public_id == keep["redemption"])).one()
        month = Settlement(
            merchant_id=used.merchant_id,
            month="2026-10",
            redemptions=1,
            total_points=used.points,
            total_fen=0,
            opened_at=now,
        )
        session.add(month)
        session.flush()
        line = SettlementLine(
            public_id=new_public_id(), settlement_id=month.id, redemption_id=used.id, points=used.points, agreed_fen=0,
            drafted_fen=0,
        )  # fmt: skip
        session.add(line)
        session.commit()
        keep["month"], keep["line"], keep["month_points"] = month.public_id, line.public_id, str(used.points)

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
        self._set_contest()
        self._set_ending()
        task_id = session.scalars(select(Task.id).where(Task.public_id == keep["task"])).one()
        events.record(
            session,
            "tasks.cancelled_for_person",
            at=time.now(),
            subject=f"task:{task_id}",
            area_id=areas[0].id,
            person_id=self.world.person("resident").id,
            actor_id=self.world.person("staff").id,
            task_id=task_id,
        )
        session.commit()
        self._set_trust()
        deliver_events(time.now())
        keep["reach"] = session.scalars(select(Reach.public_id)).first() or ""
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
        self._set_twins()
        self._set_batch()
        proving = Address(
            public_id=new_public_id(), person_id=self.world.person("resident").id, channel=ChannelName.MAIL, digest="d",
            address="somebody@example.org", label="so***@example.org", created_at=time.now(), code_at=time.now(),
        )  # fmt: skip
        session.add(proving)
        session.commit()
        keep["notice_address"] = proving.public_id
        keep["notice_code"] = code_of(SECRET, proving.public_id, time.now())
        clerk = self.world.person("clerk").id
        second_staff = self.world.person("second_staff")
        drawn = io.BytesIO()
        Image.new("RGB", (8, 8)).save(drawn, "PNG")
        tasks = Attic(self.world.client.application.config["SETTINGS"].instance_path / "tasks")
        shown = Picture(name=tasks.keep(uploads.clean(drawn.getvalue()).content), words="路口")
        first_staff = load_actor(session, self.world.person("staff").id, now=time.now())
        write(set_picture, first_staff, keep["task"], shown, now=time.now())
        keep["template"] = write(
            save_template,
            load_actor(session, self.world.person("staff").id, now=time.now()),
            keep["task"],
            "门前巡逻",
            now=time.now(),
        ).public_id
        keep["staff_person"] = second_staff.public_id
        keep["staff_grant"] = session.scalars(
            select(RoleGrant.public_id).where(RoleGrant.person_id == second_staff.id)
        ).one()
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
        owner = load_actor(session, self.world.person("resident").id, now=time.now())
        assert owner is not None
        keep["records_copy"] = write(take_copy, owner, now=time.now()).public_id
        self._look_after(owner)
        self._set_fund()

    def _look_after(self, owner: Actor) -> None:
        """Let the neighbour act for the resident, print cards, and ask to move."""
        keep, now = self.things, time.now()
        people = {who: self.world.person(who) for who in ("neighbour", "staff")}
        staff, neighbour = (load_actor(self.world.session, people[who].id, now=now) for who in ("staff", "neighbour"))
        assert staff is not None
        assert neighbour is not None
        given = write(
            offer_mandate, owner, OfferMandate(who=people["neighbour"].phone, days=30, may_spend=True), now=now
        )
        keep["mandate"] = write(accept_mandate, neighbour, given.public_id, now=now).public_id
        keep["empty_area"] = make_area(self.world.session).public_id  # where nobody lives yet
        keep["card"] = write(issue_card, owner, owner.public_id, now=now).public_id
        keep["desk_card"] = write(issue_card, staff, keep["person"], now=now).public_id
        self._certify(owner, staff)
        keep["area_move"] = write(ask_move, owner, AskMove(area=self.world.areas["community"].code), now=now).public_id
        self._miss()

    def _miss(self) -> None:
        """The resident did not come."""
        signup = self.world.session.scalars(select(Signup).where(Signup.public_id == self.things["signup"])).one()
        missed = NoShow(
            signup_id=signup.id, person_id=signup.person_id, shift_id=signup.shift_id, state=NoShowState.NOTED,
            area_id=self.world.areas["community"].id, shift_ended_at=time.now(), noted_at=time.now(),
        )  # fmt: skip
        self.world.session.add(missed)
        self.world.session.commit()
        self.things["no_show"] = missed.public_id

    def _set_fund(self) -> None:
        """Open a fund that has been given a few points."""
        staff, resident = (
            load_actor(self.world.session, self.world.person(who).id, now=time.now()) for who in ("staff", "resident")
        )
        assert staff is not None
        assert resident is not None
        command = OpenFund(area=self.world.areas["community"].public_id, name="暖心午餐", purpose="给独居老人送午饭")
        self.things["fund"] = write(open_fund, staff, command, now=time.now()).public_id
        write(donate, resident, Donate(fund_id=self.things["fund"], points=9), now=time.now())

    def _certify(self, owner: Actor, staff: Actor) -> None:
        """Issue a certificate to the resident and ask for another; put something into the record, ask about it, report it onward."""
        keep, session, now = self.things, self.world.session, time.now()
        today = time.local_day(now)
        ask = AskCertificate(from_on=today - timedelta(days=1), until_on=today)
        made = write(ask_certificate, owner, ask, now=now)
        for line in session.scalars(select(CertificateLine)).all():
            done = write(confirm_line, staff, line.public_id, line.minutes, now=now)
        keep["certificate"], keep["certificate_number"] = made.public_id, done.number
        write(ask_certificate, owner, ask, now=now)
        keep["certificate_line"] = (
            session.scalars(select(CertificateLine.public_id).order_by(CertificateLine.id.desc())).first() or ""
        )
        item = AddItem(
            person=owner.public_id, kind=RecordKind.HONOUR, title="年度优秀", words="", happened_on=today,
            area=self.world.areas["community"].code,
        )  # fmt: skip
        keep["record_item"] = write(add_record_item, staff, item, now=now).public_id
        wrong = AskRecord(signup=keep["signup_done"], words="多干了半小时")
        keep["record_request"] = write(ask_record, owner, wrong, now=now).public_id
        onward = ReportOnward(
            area=self.world.areas["community"].code, from_on=today - timedelta(days=1), until_on=today, columns=()
        )
        keep["onward_report"] = write(report_onward, staff, onward, now=now).public_id

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
        done = self.things["plan_done"] = write(add_item, actor, item, now=time.now()).item_id or ""
        note = LinkForm().load({"branch_id": self.things["branch"], "item_id": done, "note": "纸质记录在三号柜"})
        write(link_evidence, actor, note, now=time.now())
        write(set_progress, actor, self.things["branch"], done, 100, now=time.now())
        office = load_actor(self.world.session, self.world.person("street_admin").id, now=time.now())
        assert office is not None
        member = self.world.person("resident")
        joins = MemberForm().load({"branch_id": self.things["branch"], "who": member.phone})
        self.things["member"] = write(record_member, office, joins, now=time.now()).person_id
        second = load_actor(self.world.session, self.world.person("second_staff").id, now=time.now())
        assert second is not None
        self._set_inspections()
        self.things["paper"] = write(record_paper, second, PaperForm().load(_paper(self)), now=time.now()).public_id
        self._hand_in(actor, office)

    def _hand_in(self, giver: Actor, office: Actor) -> None:
        """Put a document into the branch's docket and let everybody see it."""
        settings = self.world.client.application.config["SETTINGS"]
        clean = uploads.clean(b"%PDF-1.4\n%%EOF")
        Attic(settings.instance_path / "proofs").keep(clean.content)
        file = KeptFile(
            sha256=clean.sha256, given_sha256=clean.given_sha256, kind=clean.kind, size=len(clean.content), name="a.pdf"
        )
        command = ProofForm().load(_proof(self) | {"branch_id": self.things["branch"]})
        given = write(give_proof, giver, replace(command, file=file), now=time.now())
        write(publish_proof, office, given.branch_id, given.public_id, is_public=True, now=time.now())
        self.things["proof"] = given.public_id

    def _set_contest(self) -> None:
        """Let the branch promise something and say that it was kept; call a panel with the street office in the chair."""
        people = {who: self.world.person(who).id for who in ("staff", "street_admin")}
        actors = {who: load_actor(self.world.session, key, now=time.now()) for who, key in people.items()}
        staff, office = actors["staff"], actors["street_admin"]
        assert staff is not None
        assert office is not None
        keep = self.things
        promised = PledgeForm().load(_pledge(self) | {"branch_id": keep["branch"]})
        keep["pledge"] = write(publish_pledge, staff, promised, now=time.now()).pledge_id
        at = {"branch_id": keep["branch"], "pledge_id": keep["pledge"]}
        write(report_pledge, staff, ReportForm().load(_pledge_report(self) | at), now=time.now())
        command, _shape = ExportForm().load(_export(self))
        keep["export"] = write(make_export, staff, command, now=time.now()).code
        keep["panel"] = write(call_panel, office, PanelForm().load(_panel(self)), now=time.now()).panel_id

    def _set_ending(self) -> None:
        """Put down an objection and an erratum, as if the round had come that far."""
        session, now = self.world.session, time.now()
        found, branch = (
            session.scalars(select(model).where(model.public_id == self.things[name])).one()
            for model, name in ((Round, "round"), (Branch, "branch"))
        )
        same = {"round_id": found.id, "branch_id": branch.id, "by_id": self.world.person("second_staff").id, "at": now}
        objection = Objection(**same, text="漏了一次活动", due_at=now + timedelta(days=7), admitted=0)
        erratum = Erratum(**same, kind=EditionKind.TAKEN_BACK, target="first", what="", why="材料不实")
        before = Round(
            scheme_code=found.scheme_code, scheme_version_id=found.scheme_version_id, state=RoundState.CLOSED,
            starts_on=found.starts_on - timedelta(days=90), ends_on=found.starts_on - timedelta(days=1), opened_at=now,
            cut_off_at=now, closed_at=now,
        )  # fmt: skip
        session.add_all([objection, erratum, before])
        session.flush()
        session.add(RoundBranch(round_id=before.id, branch_id=branch.id))
        session.commit()
        stored = write(freeze_standings, find_round(session, before.public_id), now=now)
        keep = self.things
        keep["objection"], keep["erratum"] = objection.public_id, erratum.public_id
        keep["closed_round"], keep["edition"], keep["edition_digest"] = before.public_id, "1", stored.digest

    def _set_trust(self) -> None:
        """The resident said something; the auditor searched the log."""
        actors = {
            who: load_actor(self.world.session, self.world.person(who).id, now=time.now())
            for who in ("resident", "auditor")
        }
        resident, auditor = actors["resident"], actors["auditor"]
        assert auditor is not None
        said = SayForm().load({"kind": "records", "text": "昨天的积分没到"})
        self.things["feedback"] = write(say_feedback, resident, said, now=time.now()).number
        self._set_anomaly()
        self._set_deed()
        write(count_running, now=time.now())
        self.things["search"] = write(search_audit, auditor, SearchAudit(reason="例行抽查"), now=time.now()).public_id

    def _set_deed(self) -> None:
        """The resident handed a small good deed in."""
        session, settings = self.world.session, self.world.client.application.config["SETTINGS"]
        clean = uploads.clean(_drawn("green"))
        Attic(settings.instance_path / "deeds").keep(clean.content)
        picture = KeptPicture(sha256=clean.sha256, given_sha256=clean.given_sha256, likeness=None)
        resident = load_actor(session, self.world.person("resident").id, now=time.now())
        command = HandIn(kind=DeedKind.TIDY, words="扫了楼门口", picture=picture)
        self.things["deed"] = write(hand_in, resident, command, now=time.now()).public_id

    def _set_anomaly(self) -> None:
        """Somebody unnamed is a case of a rule in the community."""
        now, area = time.now(), self.world.areas["community"].id
        row = Anomaly(
            rule="checkin.long_day", key="scene", area_id=area, limits={"day_minutes": 600}, rows=1, first_at=now, last_at=now,
            found_at=now,
        )  # fmt: skip
        self.world.session.add(row)
        self.world.session.commit()
        self.things["anomaly"] = row.public_id

    def _set_inspections(self) -> None:
        """A draw that waits for its value, a visit with two findings and a picture, and a pass."""
        session, keep = self.world.session, self.things
        office = load_actor(session, self.world.person("street_admin").id, now=time.now())
        inspector = load_actor(session, self.world.person("inspector").id, now=time.now())
        assert office is not None
        assert inspector is not None
        keep["draw"] = write(announce_draw, office, AnnounceForm().load(_draw(self)), now=time.now()).public_id
        keep["list"] = "branches.txt"
        keep["visit"] = write(start_inspection, inspector, keep["branch"], now=time.now()).public_id
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        settings = self.world.client.application.config["SETTINGS"]
        photo = Attic(settings.instance_path / "findings").keep(uploads.clean(picture.getvalue()).content)
        form = FindingForm().load(_finding(self) | {"branch_id": keep["branch"], "inspection_id": keep["visit"]})
        for name in ("finding", "linked_finding"):
            keep[name] = write(record_finding, inspector, with_photos(form, (photo,)), now=time.now()).public_id
        keep["photo"] = finding_page(session, inspector, keep["finding"], now=time.now()).steps[0].photos[0]
        code = new_code(PASS_LENGTH)
        command = IssuePass(branch_id=keep["branch"], holder="区督查组", hours=10, code=code)
        keep["pass"], keep["pass_code"] = write(issue_pass, office, command, now=time.now()).public_id, code
        # Assessed by the office: what is linked already is linked to nothing else.
        given = write(assess, office, AssessForm().load(_assessment(self)), now=time.now()).public_id
        keep["assessment"] = given
        linked = select(Assessment.id).where(Assessment.public_id == given).scalar_subquery()
        session.execute(update(Finding).where(Finding.public_id == keep["linked_finding"]).values(assessment_id=linked))
        session.commit()

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
    "tasks.show_picture": {"public_id": "task"},
    "tasks.show_task": {"public_id": "task"},
    "tasks.open_task_code": {"public_id": "task"},
    "tasks.show_places": {"public_id": "shift"},
    "tasks.download_calendar": {"public_id": "shift"},
    "redemption.show_offer": {"public_id": "offer"},
    "giving.show_fund": {"fund_id": "fund"},
    "checkin.show_arrival": {"code": "venue_code"},
    "people.show_one_time_code": {"code": "one_time_code"},
    "certificates.verify_certificate": {"number": "certificate_number"},
    "certificates_api.verify_certificate": {"number": "certificate_number"},
    "giving_api.read_fund": {"fund_id": "fund"},
    "giving_api.list_uses": {"fund_id": "fund"},
    "stars.show_branch": {"branch_id": "branch"},
    "stars.show_figures": {"branch_id": "branch"},
    "stars.show_plan": {"branch_id": "branch"},
    "stars.show_branch_objections": {"branch_id": "branch"},
    "stars.show_round": {"round_id": "round"},
    "stars.show_plan_item": {"branch_id": "branch", "item_id": "plan_item"},
    "contest.show_pledges": {"branch_id": "branch"},
    "contest.show_pledge": {"branch_id": "branch", "pledge_id": "pledge"},
    "contest.show_panel": {"panel_id": "panel"},
    "stars.show_docket": {"branch_id": "branch"},
    "stars.show_docket_line": {"branch_id": "branch", "key": "figure"},
    "stars.show_burden": {"branch_id": "branch"},
    "stars.show_proof": {"branch_id": "branch", "proof_id": "proof"},
    "stars.save_proof_file": {"branch_id": "branch", "proof_id": "proof"},
    "exports.take_workbook": {"code": "export"},
    "exports.take_content": {"code": "export"},
    "exports.show_print": {"code": "export"},
    "exports.show_answer": {"code": "export"},
    "inspections.show_draw": {"draw_id": "draw"},
    "inspections.show_draw_file": {"draw_id": "draw", "name": "list"},
    "inspections.show_pass": {"code": "pass_code"},
    "inspections_api.open_draw": {"draw_id": "draw"},
    "inspections_api.count_findings": {"round_id": "round"},
    "stars_api.open_docket": {"round_id": "round", "branch_id": "branch"},
    "stars_api.open_docket_line": {"round_id": "round", "branch_id": "branch", "key": "figure"},
    "stars_api.list_pieces": {"round_id": "round", "branch_id": "branch"},
    "stars_api.open_piece": {"branch_id": "branch", "piece_id": "proof"},
    "stars_api.save_piece_file": {"branch_id": "branch", "piece_id": "proof"},
    "stars_api.list_branch_objections": {"round_id": "round", "branch_id": "branch"},
    "stars_api.list_editions": {"round_id": "round"},
    "stars_api.open_edition": {"round_id": "closed_round", "number": "edition"},
    "stars_api.list_edition_standings": {"round_id": "closed_round", "number": "edition"},
    "stars_api.find_edition": {"digest": "edition_digest"},
}


def _delivery(scene: Scene) -> dict[str, Any]:
    return {"event_id": scene.things["event"], "subscriber": scene.things["subscriber"]}


def _people_file(scene: Scene) -> dict[str, Any]:
    text = f"姓名,手机号,区域编码\n李桂兰,13855550000,{scene.world.areas['community'].code}\n"
    return {"kind": "people_in", "file": (_SentAgain(text.encode()), "people.csv")}


def _tasks_out(scene: Scene) -> dict[str, Any]:
    return {"kind": "tasks_out", "area": scene.world.areas["community"].code}


def _reason(_scene: Scene) -> dict[str, Any]:
    return {"reason": "说明理由"}


def _accepted(_scene: Scene) -> dict[str, Any]:
    return {"about": "excuse", "accepted": True, "answer": "情有可原"}


def _stand(_scene: Scene) -> dict[str, Any]:
    return {"latitude": "34.7657", "longitude": "113.6780", "accuracy_m": "20"}


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


def _choice(_scene: Scene) -> dict[str, Any]:
    return {"choice": "refund"}


def _month_sums(scene: Scene) -> dict[str, Any]:
    return {"redemptions": 1, "total_points": scene.things["month_points"], "total_fen": 0}


def _line_words(scene: Scene) -> dict[str, Any]:
    return {"line": scene.things["line"], "reason": "少了一份", "answer": "已核对"}


def _payment(_scene: Scene) -> dict[str, Any]:
    return {"paid_on": "2026-11-20", "reference": "转 1"}


def _dispute(_scene: Scene) -> dict[str, Any]:
    return {"kind": "not_me", "words": "不是我"}


def _decision(_scene: Scene) -> dict[str, Any]:
    return {"decision": "uphold", "reason": "看过监控"}


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


def _objection(scene: Scene) -> dict[str, Any]:
    return {"round_id": scene.things["round"], "indicator": scene.things["indicator"], "text": "少算了一次"}


def _answer(_scene: Scene) -> dict[str, Any]:
    return {"verdict": "rejected", "answer": "查过签到表，没有漏"}


def _opinion(scene: Scene) -> dict[str, Any]:
    return {"kind": "suggestion", "text": "楼道太暗，想加盏灯", "area": scene.world.areas["community"].public_id}


def _answer_words(_scene: Scene) -> dict[str, Any]:
    return {"text": "查过了，明天补上"}


def _hand_on(scene: Scene) -> dict[str, Any]:
    return {"to_area": scene.world.areas["community"].public_id, "reason": "属于这个社区"}


def _erratum(scene: Scene) -> dict[str, Any]:
    same = {"round_id": scene.things["round"], "branch_id": scene.things["branch"]}
    return {**same, "target": scene.things["indicator"], "corrected": "1", "what": "记错了", "why": "台账为证"}


def _aims(scene: Scene) -> dict[str, Any]:
    return {"round_id": scene.things["round"], "branch_id": scene.things["branch"]}


def _pledge(scene: Scene) -> dict[str, Any]:
    return {
        "round_id": scene.things["round"], "star": "first", "promise": "补齐记录", "shown_by": "贴在党建栏",
        "due_on": time.local_day(scene.world.clock.at).isoformat(),
    }  # fmt: skip


def _pledge_report(_scene: Scene) -> dict[str, Any]:
    return {"outcome": "kept", "reason": "都补齐了", "note": "二号柜"}


def _panel(scene: Scene) -> dict[str, Any]:
    phones = [f"{scene.world.person(who).phone} 居民代表" for who in ("staff", "neighbour")]
    return {
        "round_id": scene.things["round"], "indicator": scene.things["indicator"], "area": scene.world.areas["street"].public_id,
        "held_at": scene.local(), "place": "会议室", "chair": scene.world.person("street_admin").phone,
        "chair_title": "副书记", "chair_scores": "1", "seats": "\n".join(phones),
    }  # fmt: skip


def _one_point(_scene: Scene) -> dict[str, Any]:
    return {"points": 1}


def _gift(scene: Scene) -> dict[str, Any]:
    return {"volunteer_number": scene.world.person("second_staff").volunteer_number, "points": 1}


def _fund(scene: Scene) -> dict[str, Any]:
    return {"area": scene.world.areas["community"].public_id, "name": "寒衣", "purpose": "给需要的家庭"}


def _use(scene: Scene) -> dict[str, Any]:
    day = time.local_day(scene.world.clock.at).isoformat()
    return {"fund_id": scene.things["fund"], "points": 1, "words": "午饭一份", "used_on": day}


def _export(scene: Scene) -> dict[str, Any]:
    return {"kind": "standings", "round_id": scene.things["round"]}


def _excuse(scene: Scene) -> dict[str, Any]:
    return {"person_id": scene.world.person("neighbour").public_id, "reason": "请假"}


def _helper(scene: Scene) -> dict[str, Any]:
    return {"who": scene.world.person("unverified").phone}


def _desk_helper(scene: Scene) -> dict[str, Any]:
    return {"who": scene.world.person("neighbour").phone, "consent": "spoken", "note": "一起到窗口"}


_HELPER = frozenset({"neighbour"})


def _days(_scene: Scene) -> dict[str, Any]:
    today = time.local_day(time.now())
    return {"from_on": (today - timedelta(days=9)).isoformat(), "until_on": today.isoformat()}


def _record_item(scene: Scene) -> dict[str, Any]:
    today, area = time.local_day(time.now()).isoformat(), scene.world.areas["community"].public_id
    return {"kind": "training", "title": "急救培训", "happened_on": today, "area": area}


def _onward(scene: Scene) -> dict[str, Any]:
    return {**_days(scene), "area": scene.world.areas["community"].public_id, "columns": "hours"}


def _newcomer(scene: Scene) -> dict[str, Any]:
    return {
        "name": "新居民",
        "area": scene.world.areas["community"].public_id,
        "consent_version": current_notice().consent_version,
    }


def _phone(_scene: Scene) -> dict[str, Any]:
    return {"phone": "13911112222"}


class _SentAgain(io.BytesIO):
    """A file that one body carries to a door as everybody: a client closes what it has sent."""

    def close(self) -> None:
        self.seek(0)


def _drawn(colour: str) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(drawn, "JPEG")
    return drawn.getvalue()


def _picture(_scene: Scene) -> dict[str, Any]:
    return {"words": "路口", "picture": (_SentAgain(_drawn("red")), "road.jpg")}


def _deed_form(_scene: Scene) -> dict[str, Any]:
    return {"kind": "tidy", "words": "扫了楼门口", "picture": (_SentAgain(_drawn("red")), "door.jpg")}


def _deed_call(_scene: Scene) -> dict[str, Any]:
    return {"kind": "tidy", "words": "扫了楼门口", "picture": base64.b64encode(_drawn("red")).decode()}


def _thanks(_scene: Scene) -> dict[str, Any]:
    return {"points": 3}


def _ticks(scene: Scene) -> dict[str, Any]:
    person = scene.world.person("resident").public_id
    row = {"key": "0011223344556677", "user_id": person, "action": "check_in", "captured_at": time.now().isoformat()}
    return {"rows": json.dumps([row])}


def _deputy(scene: Scene) -> dict[str, Any]:
    return {"deputy": scene.world.person("neighbour").phone, "ends_on": "2027-01-31"}


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


def _wishes(_scene: Scene) -> dict[str, Any]:
    return {"wants": ["tasks:mail"], "quiet_from": "21:00", "quiet_until": "08:00"}


def _mail(_scene: Scene) -> dict[str, Any]:
    return {"channel": "mail", "address": "somebody@example.org"}


def _push(_scene: Scene) -> dict[str, Any]:
    return {"endpoint": "https://push.example.org/x", "p256dh": "A" * 87, "auth": "A" * 22}


def _mail_code(scene: Scene) -> dict[str, Any]:
    return {"code": scene.things["notice_code"]}


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


def _proof(scene: Scene) -> dict[str, Any]:
    today = time.local_day(scene.world.clock.at).isoformat()
    return {"round_id": scene.things["round"], "title": "会议记录", "happened_on": today}


def _draw(scene: Scene) -> dict[str, Any]:
    return {
        "round_id": scene.things["round"], "area": scene.world.areas["street"].public_id, "title": "台账抽查", "take": "1",
        "per_branch": "0", "value_name": "福彩3D 下一期", "value_source": "中国福彩网", "value_at": scene.local(hours=20),
    }  # fmt: skip


def _value(_scene: Scene) -> dict[str, Any]:
    return {"value": "3 7 9", "value_found": "中国福彩网"}


def _pass(scene: Scene) -> dict[str, Any]:
    return {"branch_id": scene.things["branch"], "holder": "区督查组", "hours": "2"}


def _finding(scene: Scene) -> dict[str, Any]:
    due_on = time.local_day(scene.world.clock.at + timedelta(days=7))
    return {"text": "缺十月份签到表", "due_on": due_on.isoformat()}


def _words(_scene: Scene) -> dict[str, Any]:
    return {"text": "已补齐", "summary": "看过台账"}


def _return(scene: Scene) -> dict[str, Any]:
    return {"lacks": "还差两人", "due_on": _finding(scene)["due_on"]}


def _plan_item(scene: Scene) -> dict[str, Any]:
    return {
        "round_id": scene.things["round"], "goal": "first/party_life", "title": "补齐三会一课", "lead_unit": "组织办",
        "responsible_unit": "社区党总支", "due_on": time.local_day(scene.world.clock.at + timedelta(days=3)).isoformat(),
    }  # fmt: skip


def _api_fund(scene: Scene) -> dict[str, Any]:
    return {"area_id": scene.things["community"], "name": "寒衣", "purpose": "给需要的家庭"}


def _api_use(scene: Scene) -> dict[str, Any]:
    return {name: value for name, value in _use(scene).items() if name != "fund_id"}


def _api_sums(scene: Scene) -> dict[str, Any]:
    return {"redemptions": 1, "total_points": int(scene.things["month_points"]), "total_fen": 0}


_MONTH, _DISPUTE = {"month_id": "month"}, {"dispute_id": "dispute"}
_LINE = {"month_id": "month", "line_id": "line"}
_MATTER = {"number": "feedback"}
_PLEDGE = {"branch_id": "branch", "pledge_id": "pledge"}
_PANELLISTS = frozenset({"street_admin", "staff", "neighbour"})
_CHAIR = frozenset({"street_admin"})
_ITEM = {"branch_id": "branch", "item_id": "plan_item"}
_DONE = {"branch_id": "branch", "item_id": "plan_done"}
_PROOF = {"branch_id": "branch", "proof_id": "proof"}

DOORS: dict[str, Door] = {
    "badges_api.list_medals": Door(EVERYBODY),
    "deeds_api.show_rules": Door(EVERYBODY),
    "deeds_api.list_mine": Door(EVERYBODY),
    "deeds_api.hand_in_deed": Door(EVERYBODY, body=_deed_call),
    "deeds_api.list_deeds": Door(ANY_STAFF),
    "deeds_api.open_deed": Door(STAFF | OWNER, at={"deed_id": "deed"}),
    "deeds_api.open_picture": Door(STAFF | OWNER, at={"deed_id": "deed"}),
    "deeds_api.withdraw": Door(OWNER, at={"deed_id": "deed"}),
    "deeds_api.post_approval": Door(STAFF, at={"deed_id": "deed"}, body=_thanks),
    "deeds_api.post_rejection": Door(STAFF, at={"deed_id": "deed"}, body=_reason),
    "deeds_api.revoke": Door(STAFF, at={"deed_id": "deed"}, body=_reason),
    "giving_api.donate_points": Door(EVERYBODY, at={"fund_id": "fund"}, body=_one_point),
    "giving_api.give": Door(EVERYBODY, body=_gift),
    "giving_api.post_fund": Door(STAFF, body=_api_fund),
    "giving_api.post_use": Door(STAFF, at={"fund_id": "fund"}, body=_api_use),
    "giving_api.post_closing": Door(STAFF, at={"fund_id": "fund"}),
    "giving_api.list_my_donations": Door(EVERYBODY),
    "giving_api.list_my_gifts": Door(EVERYBODY),
    "giving_api.read_gift_limits": Door(EVERYBODY),
    "rewards_api.give_budget": Door(STREET, body=_grant),
    "rewards_api.list_budgets": Door(ANY_STAFF),
    "checkin_api.post_check_in": Door(OWNER, body=_venue_code),
    "checkin_api.confirm_check_in": Door(STAFF, at={"checkin_id": "attendance"}),
    "checkin_api.void_check_in": Door(STAFF, at={"checkin_id": "attendance"}, body=_reason),
    "checkin_api.approve_correction": Door(STAFF, at={"correction_id": "correction"}),
    "checkin_api.decline_correction": Door(STAFF, at={"correction_id": "correction"}, body=_reason),
    "stars_api.list_rounds": Door(EVERYBODY),
    "stars_api.give_assessment": Door(STAFF | {"assessor"}, at={"round_id": "round"}, body=_api_assessment),
    "stars_api.list_standings": Door(EVERYBODY, at={"round_id": "round"}),
    "stars_api.open_standing": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.list_metrics": Door(EVERYBODY),
    "stars_api.list_figures": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.list_metric_rows": Door(
        EVERYBODY, at={"round_id": "round", "branch_id": "branch", "key": "open_metric"}
    ),
    "stars_api.open_plan": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.open_round": Door(EVERYBODY, at={"round_id": "round"}),
    "stars_api.open_scheme": Door(EVERYBODY, at={"round_id": "round"}),
    "stars_api.list_tiers": Door(EVERYBODY, at={"round_id": "round"}),
    "stars_api.list_next_stars": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.open_median": Door(EVERYBODY, at={"round_id": "round", "branch_id": "branch"}),
    "stars_api.list_branches": Door(EVERYBODY),
    "stars_api.open_branch": Door(EVERYBODY, at={"branch_id": "branch"}),
    "stars_api.list_trend": Door(EVERYBODY, at={"branch_id": "branch"}),
    # As on the docket's page: one person's hours open to officers of the branch only.
    "stars_api.list_docket_rows": Door(NAMES, at={"round_id": "round", "branch_id": "branch", "key": "figure"}),
    "stars_api.list_objections": Door(ANY_STAFF | BOARD, at={"round_id": "round"}),
    "stars_api.open_objection": Door(STAFF | {"auditor"}, at={"objection_id": "objection"}),
    "stars_api.list_errata": Door(STREET | {"auditor"}, at={"round_id": "round"}),
    "stars_api.open_erratum": Door(STREET | {"auditor"}, at={"erratum_id": "erratum"}),
    "inspections_api.list_findings": Door(ANY_STAFF | BOARD),
    "inspections_api.open_finding": Door(STAFF | BOARD, at={"finding_id": "finding"}),
    "inspections_api.open_finding_photo": Door(STAFF | BOARD, at={"photo_id": "photo"}),
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
    "tasks_api.post_excuse": Door(OWNER, at={"signup_id": "signup"}, body=_reason),
    "tasks_api.list_my_no_shows": Door(EVERYBODY),
    "tasks_api.post_appeal": Door(OWNER, at={"no_show_id": "no_show"}, body=_reason),
    "tasks_api.post_decision": Door(STAFF, at={"no_show_id": "no_show"}, body=_accepted),
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
    "badges.show_medals": Door(EVERYBODY),
    "deeds.show_deeds": Door(EVERYBODY),
    "deeds.submit_deed": Door(EVERYBODY, body=_deed_form),
    "deeds.show_deed": Door(STAFF | OWNER, at={"public_id": "deed"}),
    "deeds.submit_withdrawal": Door(OWNER, at={"public_id": "deed"}, body=_nothing),
    "deeds.show_picture": Door(STAFF | OWNER, at={"public_id": "deed"}),
    "deeds.show_review": Door(ANY_STAFF),
    "deeds.show_console_deed": Door(STAFF, at={"deed_id": "deed"}),
    "deeds.submit_approval": Door(STAFF, at={"deed_id": "deed"}, body=_thanks),
    "deeds.submit_rejection": Door(STAFF, at={"deed_id": "deed"}, body=_reason),
    "deeds.submit_revocation": Door(STAFF, at={"deed_id": "deed"}, body=_reason),
    "giving.give_to_fund": Door(EVERYBODY, at={"fund_id": "fund"}, body=_one_point),
    "giving.show_giving": Door(EVERYBODY),
    "giving.give_to_neighbour": Door(EVERYBODY, body=_gift),
    "giving.show_console_funds": Door(ANY_STAFF),
    "giving.submit_fund": Door(STAFF, body=_fund),
    "giving.submit_use": Door(STAFF, body=_use),
    "giving.end_fund": Door(STAFF, at={"fund_id": "fund"}, body=_nothing),
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
    "people.submit_birth_year": Door(STAFF, at={"public_id": "person"}, body=lambda _scene: {"birth_year": "1950"}),
    "people.submit_phone": Door(STAFF, at={"public_id": "person"}, body=_phone),
    "people.submit_role": Door(STREET, at={"public_id": "person"}, body=_role),
    "people.submit_role_end": Door(
        STREET | SHOP, at={"public_id": "clerk_person", "grant_id": "clerk_grant"}, body=_nothing
    ),
    "people.submit_opening": Door(STAFF, at={"public_id": "person"}, body=_nothing),
    "people.show_looks": Door(EVERYBODY),
    "people.show_deputies": Door(STREET, at={"public_id": "staff_person"}),
    "people.submit_deputy": Door(STREET, at={"public_id": "staff_person", "grant_id": "staff_grant"}, body=_deputy),
    "people.submit_deputy_end": Door(
        STREET, at={"public_id": "staff_person", "grant_id": "staff_grant"}, body=_nothing
    ),
    "tasks.show_templates": Door(ANY_STAFF),
    "tasks.submit_template": Door(STAFF, at={"public_id": "task"}, body=lambda _scene: {"name": "夜巡模板"}),
    "tasks.retire_template": Door(STAFF, at={"template": "template"}, body=_nothing),
    "tasks.submit_picture": Door(STAFF, at={"public_id": "task"}, body=_picture),
    "tasks.remove_picture": Door(STAFF, at={"public_id": "task"}, body=_nothing),
    "checkin.show_offline": Door(STAFF, at={"shift": "shift"}),
    "checkin.submit_offline": Door(STAFF, at={"shift": "shift"}, body=_ticks),
    "batches.show_batches": Door(ANY_STAFF),
    "batches.submit_file": Door(STAFF, body=_people_file),
    "batches.submit_export": Door(STAFF, body=_tasks_out),
    "batches.show_batch": Door(frozenset({"staff"}), at={"batch": "batch"}),
    "batches.start": Door(frozenset({"staff"}), at={"batch": "batch"}, body=_nothing),
    "batches.cancel": Door(frozenset({"staff"}), at={"batch": "batch"}, body=_nothing),
    "batches.take_result": Door(frozenset({"staff"}), at={"batch": "batch", "kind": "csv"}),
    "batches.take_template": Door(ANY_STAFF, at={"kind": "people_in"}),
    "merging.show_duplicates": Door(ANY_STAFF),
    "merging.show_pair": Door(STAFF, at={"survivor": "twin", "absorbed": "other_twin"}),
    "merging.submit_pair": Door(STAFF, at={"survivor": "twin", "absorbed": "other_twin"}, body=_reason),
    "merging.show_merge": Door(STAFF, at={"merge": "merge"}),
    "merging.confirm": Door(STAFF, at={"merge": "merge"}, body=_nothing),
    "merging.reject": Door(STAFF, at={"merge": "merge"}, body=_reason),
    "desk.show_work": Door(ANY_STAFF | BOARD),
    "desk.show_changes": Door(ANY_STAFF),
    "desk.show_reach": Door(STAFF, at={"task": "task"}),
    "desk.submit_phones": Door(STAFF, at={"task": "task"}, body=_nothing),
    "desk.submit_told": Door(STAFF, at={"reach": "reach"}, body=_nothing),
    "desk.show_hand_over": Door(STREET, at={"person": "staff_person"}),
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
    "stars.show_evidence": Door(NAMES, at={"branch_id": "branch", "indicator": "figure"}),
    "tasks.show_console_shift": Door(STAFF, at={"public_id": "shift"}),
    "tasks.name_leaders": Door(STAFF, at={"public_id": "shift"}, body=_nothing),
    "tasks.stop_shift": Door(STAFF, at={"public_id": "done_shift"}, body=_reason),
    "tasks.move_shift": Door(STAFF, at={"public_id": "shift"}, body=_later),
    "checkin.show_correction": Door(STAFF, at={"signup": "signup_done"}),
    "checkin.submit_correction": Door(STAFF, at={"signup": "signup_done"}, body=_correction),
    "exports.show_new_export": Door(ANY_STAFF),
    "exports.submit_export": Door(ANY_STAFF, body=_export),
    "contest.submit_pledge": Door(PLANNERS, at={"branch_id": "branch"}, body=_pledge),
    "contest.submit_pledge_withdrawal": Door(PLANNERS, at=_PLEDGE, body=_reason),
    "contest.submit_pledge_report": Door(PLANNERS, at=_PLEDGE, body=_pledge_report),
    "contest.submit_pledge_verdict": Door(STREET, at=_PLEDGE, body=lambda _scene: {"agrees": "true"}),
    "contest.show_my_panels": Door(EVERYBODY),
    "contest.show_console_panels": Door(ANY_STAFF | BOARD),
    "contest.submit_panel": Door(STREET, body=_panel),
    "contest.show_my_scores": Door(_PANELLISTS, at={"panel_id": "panel"}),
    "contest.show_score": Door(_PANELLISTS, at={"panel_id": "panel", "branch_id": "branch"}),
    "contest.submit_score": Door(
        _PANELLISTS, at={"panel_id": "panel", "branch_id": "branch"}, body=lambda _scene: {"score": "8.5"}
    ),
    "contest.show_chair": Door(_CHAIR, at={"panel_id": "panel"}),
    "contest.submit_excuse": Door(_CHAIR, at={"panel_id": "panel"}, body=_excuse),
    "contest.submit_panel_closing": Door(_CHAIR, at={"panel_id": "panel"}, body=_nothing),
    "contest.submit_panel_cancellation": Door(STREET, at={"panel_id": "panel"}, body=_reason),
    "stars.show_console_paper": Door(ANY_STAFF | {"auditor"}),
    "stars.submit_paper": Door(STAFF, body=_paper),
    "stars.show_paper": Door(STAFF | {"auditor"}, at={"sheet_id": "paper"}),
    "stars.submit_paper_confirmation": Door(STAFF, at={"sheet_id": "paper"}, body=_nothing),
    "stars.submit_paper_refusal": Door(STAFF, at={"sheet_id": "paper"}, body=_reason),
    "stars.show_closing": Door(ANY_STAFF | BOARD),
    "stars.submit_round_publication": Door(STREET, at={"round_id": "round"}, body=_nothing),
    "stars.submit_freeze": Door(STREET, at={"round_id": "round"}, body=_nothing),
    "stars.submit_objection": Door(
        frozenset({"resident", "neighbour", "staff", "street_admin"}) | BOARD,
        at={"branch_id": "branch"},
        body=_objection,
    ),
    "stars.show_objections": Door(ANY_STAFF | BOARD),
    "stars.show_objection": Door(STAFF | {"auditor"}, at={"objection_id": "objection"}),
    "stars.submit_answer": Door(STAFF, at={"objection_id": "objection"}, body=_answer),
    "stars.show_errata": Door(STREET | {"auditor"}),
    "stars.submit_erratum": Door(STREET, body=_erratum),
    "stars.submit_take_back": Door(STREET, body=_erratum),
    "stars.show_erratum": Door(STREET | {"auditor"}, at={"erratum_id": "erratum"}),
    "stars.submit_erratum_confirmation": Door(STREET, at={"erratum_id": "erratum"}, body=_nothing),
    "stars.submit_erratum_refusal": Door(STREET, at={"erratum_id": "erratum"}, body=_reason),
    "stars.show_metric_rows": Door(EVERYBODY, at={"branch_id": "branch", "key": "open_metric"}),
    "stars.save_docket_rows": Door(NAMES, at={"branch_id": "branch", "key": "figure"}),
    "stars.show_console_proofs": Door(NAMES, at={"branch_id": "branch"}),
    "stars.submit_proof": Door(
        PLANNERS, at={"branch_id": "branch"}, body=lambda scene: _proof(scene) | {"title": "另一件"}
    ),
    "stars.submit_proof_use": Door(
        PLANNERS, at=_PROOF, body=lambda scene: {"use": f"indicator:{scene.things['indicator']}"}
    ),
    "stars.submit_proof_publication": Door(STREET, at=_PROOF, body=lambda _scene: {"is_public": "0"}),
    "stars.submit_proof_withdrawal": Door(PLANNERS, at=_PROOF, body=_reason),
    "stars.show_access": Door(STREET | {"auditor"}, at={"branch_id": "branch"}),
    "stars.show_my_access": Door(EVERYBODY),
    "stars.show_console_burdens": Door(STREET | {"foreign_admin"}),
    "dossiers.show_dossier": Door(NAMES, at={"branch_id": "branch"}),
    "dossiers.save_dossier": Door(NAMES, at={"branch_id": "branch"}),
    "stars.show_console_plans": Door(ANY_STAFF | BOARD),
    "stars.show_console_plan": Door(ANY_STAFF | BOARD, at={"branch_id": "branch"}),
    "stars.submit_plan_item": Door(PLANNERS, at={"branch_id": "branch"}, body=_plan_item),
    "stars.show_console_item": Door(PLANNERS, at=_ITEM),
    "stars.submit_item_change": Door(PLANNERS, at=_ITEM, body=_plan_item),
    "stars.submit_progress": Door(PLANNERS, at=_ITEM, body=lambda _scene: {"progress": "60"}),
    "stars.submit_plan_evidence": Door(PLANNERS, at=_ITEM, body=lambda _scene: {"note": "纸质记录在三号柜"}),
    "stars.submit_withdrawal": Door(PLANNERS, at=_ITEM, body=_reason),
    "stars.submit_acceptance": Door(STREET | {"assessor"}, at=_DONE),
    "stars.submit_return": Door(STREET | {"assessor"}, at=_DONE, body=_reason),
    "stars.show_console_round": Door(ANY_STAFF | BOARD),
    "stars.show_draft": Door(STREET | {"foreign_admin"}),
    "stars.try_draft": Door(STREET | {"foreign_admin"}, body=lambda _scene: {"text": EXAMPLE.read_text()}),
    "stars.show_console_branch": Door(ANY_STAFF | BOARD, at={"branch_id": "branch"}),
    "stars.submit_aims": Door(STAFF, at={"branch_id": "branch"}, body=_aims),
    "stars.submit_assessment": Door(STAFF | {"assessor"}, at={"branch_id": "branch"}, body=_assessment),
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
    "audit.show_audit": Door(STREET | {"foreign_admin", "auditor"}),
    "audit.submit_search": Door(STREET | {"foreign_admin", "auditor"}, body=_reason),
    "audit.show_acts": Door(frozenset({"auditor"}), at={"search_id": "search"}),
    "statistics.show_statistics": Door(STATISTICS),
    "statistics_api.read_statistics": Door(STAFF | BOARD, at={"area_id": "community"}),
    "statistics.take_workbook": Door(STATISTICS),
    "statistics.show_print": Door(STATISTICS),
    "watch_api.list_anomalies": Door(STREET | {"foreign_admin", "auditor"}),
    "watch_api.read_anomaly": Door(STREET | {"auditor"}, at={"anomaly_id": "anomaly"}),
    "watch_api.list_evidence": Door(STREET | {"auditor"}, at={"anomaly_id": "anomaly"}),
    "watch_api.post_anomaly_decision": Door(
        STREET, at={"anomaly_id": "anomaly"}, body=lambda _scene: {"state": "harmless", "reason": "看过签到表"}
    ),
    "watch.show_anomalies": Door(STREET | {"foreign_admin", "auditor"}),
    "watch.show_anomaly": Door(STREET | {"auditor"}, at={"anomaly_id": "anomaly"}),
    "watch.submit_decision": Door(
        STREET, at={"anomaly_id": "anomaly"}, body=lambda _scene: {"state": "harmless", "reason": "看过签到表"}
    ),
    "feedback_api.post_feedback": Door(EVERYBODY, body=_opinion),
    "feedback_api.list_my_feedback": Door(EVERYBODY),
    "feedback_api.read_my_feedback": Door(OWNER, at=_MATTER),
    "feedback_api.post_verdict": Door(OWNER, at=_MATTER, body=lambda _scene: {"is_satisfied": True}),
    "feedback_api.post_withdrawal": Door(OWNER, at=_MATTER),
    "feedback_api.list_feedback": Door(ANY_STAFF),
    "feedback_api.read_feedback": Door(STAFF, at=_MATTER),
    "feedback_api.post_taking": Door(STAFF, at=_MATTER),
    "feedback_api.post_answer": Door(STAFF, at=_MATTER, body=_answer_words),
    "feedback_api.post_handing_on": Door(STAFF, at=_MATTER, body=_hand_on),
    "feedback.show_desk": Door(ANY_STAFF),
    "feedback.show_handling": Door(STAFF, at=_MATTER),
    "feedback.show_timeline": Door(STAFF, at=_MATTER),
    "feedback.submit_taking": Door(STAFF, at=_MATTER, body=_nothing),
    "feedback.submit_answer": Door(STAFF, at=_MATTER, body=_answer_words),
    "feedback.submit_opening": Door(STAFF, at=_MATTER, body=lambda _scene: {"why": "核对签到记录"}),
    "feedback.submit_handing_on": Door(STAFF, at=_MATTER, body=_hand_on),
    "inspections.show_console": Door(ANY_STAFF | BOARD),
    "inspections.show_draw_form": Door(STREET | {"foreign_admin"}),
    "inspections.submit_draw": Door(STREET, body=_draw),
    "inspections.show_console_draw": Door(ANY_STAFF | BOARD, at={"draw_id": "draw"}),
    "inspections.submit_value": Door(STREET, at={"draw_id": "draw"}, body=_value),
    "inspections.submit_cancellation": Door(STREET, at={"draw_id": "draw"}, body=_reason),
    "inspections.show_passes": Door(INSPECTS | {"foreign_admin", "auditor"}),
    "inspections.submit_pass": Door(INSPECTS, body=_pass),
    "inspections.show_issued_pass": Door(INSPECTS | {"foreign_admin"}),
    "inspections.submit_revocation": Door(INSPECTS, at={"pass_id": "pass"}, body=_nothing),
    "inspections.show_openings": Door(STREET | {"foreign_admin", "auditor"}),
    "inspections.show_my_visits": Door(INSPECTS | {"foreign_admin"}),
    "inspections.submit_visit": Door(INSPECTS, body=lambda scene: {"branch_id": scene.things["branch"]}),
    "inspections.show_visit": Door(STAFF | BOARD, at={"visit_id": "visit"}),
    "inspections.submit_finding": Door(frozenset({"inspector"}), at={"visit_id": "visit"}, body=_finding),
    "inspections.submit_visit_end": Door(frozenset({"inspector"}), at={"visit_id": "visit"}, body=_words),
    "inspections.show_to_rectify": Door(frozenset({"staff", "foreign_staff"})),
    "inspections.show_finding": Door(STAFF | BOARD, at={"finding_id": "finding"}),
    "inspections.submit_answer": Door(PLANNERS, at={"finding_id": "finding"}, body=_words),
    "inspections.submit_closing": Door(INSPECTS, at={"finding_id": "finding"}, body=_words),
    "inspections.submit_return": Door(INSPECTS, at={"finding_id": "finding"}, body=_return),
    "inspections.submit_withdrawal": Door(INSPECTS, at={"finding_id": "finding"}, body=_reason),
    "inspections.submit_deduction": Door(
        INSPECTS, at={"finding_id": "linked_finding"}, body=lambda _scene: {"assessment_id": "another00000"}
    ),
    "inspections.show_photo": Door(STAFF | BOARD, at={"photo_id": "photo"}),
    "tasks.show_console_tasks": Door(ANY_STAFF),
    "tasks.show_console_task": Door(STAFF, at={"public_id": "task"}),
    "tasks.approve_task": Door(STREET, at={"public_id": "draft"}, body=_nothing),
    "tasks.cancel_task": Door(STAFF, at={"public_id": "task"}, body=_reason),
    "tasks.show_edit_task": Door(STAFF, at={"public_id": "draft"}),
    "tasks.edit_task": Door(STAFF, at={"public_id": "draft"}, body=_task_form),
    "tasks.show_task_poster": Door(STAFF, at={"public_id": "task"}),
    "tasks.publish_task": Door(STAFF, at={"public_id": "draft"}, body=_nothing),
    "tasks.show_new_task": Door(ANY_STAFF),
    "tasks.show_task_place": Door(STAFF, at={"public_id": "task"}),
    "tasks.set_task_place": Door(STAFF, at={"public_id": "task"}, body=_stand),
    "tasks.show_console_no_shows": Door(ANY_STAFF),
    "tasks.decide_no_show": Door(STAFF, at={"public_id": "no_show"}, body=_accepted),
    "tasks.create_task": Door(STAFF, body=_task_form),
    "care_api.read_helpers": Door(EVERYBODY),
    "care_api.post_mandate": Door(EVERYBODY, body=_helper),
    "care_api.post_acceptance": Door(_HELPER, at={"mandate_id": "mandate"}),
    "care_api.post_ending": Door(_HELPER | OWNER | STAFF, at={"mandate_id": "mandate"}),
    "care.show_lost_phone": Door(EVERYBODY),
    "care.submit_lost_phone": Door(EVERYBODY),
    "care.show_mandates": Door(EVERYBODY),
    "care.submit_mandate": Door(EVERYBODY, body=_helper),
    "care.submit_acceptance": Door(_HELPER, at={"public_id": "mandate"}),
    "care.submit_ending": Door(_HELPER | OWNER | STAFF, at={"public_id": "mandate"}),
    "care.submit_opening": Door(_HELPER, at={"mandate": "mandate"}),
    "care.submit_closing": Door(EVERYBODY, at={"mandate": "mandate"}),
    "care.show_person": Door(_HELPER, at={"mandate": "mandate"}),
    "care.show_tasks": Door(_HELPER, at={"mandate": "mandate"}),
    "care.submit_signup": Door(_HELPER, at={"mandate": "mandate"}, body=_shift),
    "care.submit_cancellation": Door(_HELPER, at={"mandate": "mandate", "signup": "signup"}),
    "care.submit_place": Door(_HELPER, at={"mandate": "mandate", "signup": "signup"}),
    "care.submit_leave": Door(_HELPER, at={"mandate": "mandate", "signup": "signup"}, body=_reason),
    "care.show_offers": Door(_HELPER, at={"mandate": "mandate"}),
    "care.submit_voucher": Door(_HELPER, at={"mandate": "mandate", "offer": "offer"}),
    "care.submit_give_back": Door(_HELPER, at={"mandate": "mandate", "voucher": "voucher"}),
    "care.submit_print": Door(_HELPER, at={"mandate": "mandate"}, body=lambda _scene: {"what": "printed_statement"}),
    "care.print_statement": Door(_HELPER, at={"mandate": "mandate"}),
    "care.print_voucher": Door(_HELPER, at={"mandate": "mandate", "voucher": "voucher"}),
    "care.show_cards": Door(EVERYBODY),
    "care.submit_card": Door(EVERYBODY),
    "care.print_card": Door(OWNER, at={"public_id": "card"}),
    "care.submit_revocation": Door(OWNER, at={"public_id": "card"}),
    "care.show_statement": Door(EVERYBODY),
    "care.show_console_care": Door(ANY_STAFF, at={"public_id": "person"}),
    "care.submit_desk_lost_phone": Door(STAFF, at={"public_id": "person"}),
    "care.submit_desk_mandate": Door(STAFF, at={"public_id": "person"}, body=_desk_helper),
    "care.submit_desk_ending": Door(_HELPER | OWNER | STAFF, at={"public_id": "person", "mandate": "mandate"}),
    "care.submit_visit": Door(STAFF, at={"public_id": "person"}, body=lambda _scene: {"note": "本人在窗口"}),
    "care.submit_desk_card": Door(STAFF, at={"public_id": "person"}),
    "care.print_desk_card": Door(STAFF, at={"public_id": "person", "card": "desk_card"}),
    "care.submit_desk_revocation": Door(STAFF, at={"public_id": "person", "card": "desk_card"}),
    "care.show_move": Door(EVERYBODY),
    "care.submit_move": Door(EVERYBODY, body=lambda scene: {"area": scene.things["empty_area"]}),
    "care.submit_move_withdrawal": Door(EVERYBODY),
    "care.show_console_moves": Door(ANY_STAFF),
    "care.submit_move_acceptance": Door(STAFF, at={"public_id": "area_move"}),
    "care.submit_move_refusal": Door(STAFF, at={"public_id": "area_move"}, body=_reason),
    "care.show_newcomer": Door(STAFF, at={"shift": "done_shift"}),
    "care.submit_newcomer": Door(STAFF, at={"shift": "done_shift"}, body=lambda _scene: {"name": "新来的人"}),
    "certificates_api.list_my_certificates": Door(EVERYBODY),
    "certificates_api.post_certificate": Door(EVERYBODY, body=_days),
    "certificates_api.read_certificate": Door(OWNER, at={"certificate_id": "certificate"}),
    "certificates_api.take_certificate": Door(OWNER, at={"certificate_id": "certificate"}),
    "certificates_api.withdraw_asked": Door(OWNER, at={"certificate_id": "certificate"}),
    "certificates_api.list_waiting_lines": Door(ANY_STAFF),
    "certificates_api.post_line_confirmation": Door(
        STAFF, at={"line_id": "certificate_line"}, body=lambda _scene: {"minutes": 60}
    ),
    "certificates_api.post_line_refusal": Door(STAFF, at={"line_id": "certificate_line"}, body=_reason),
    "certificates.show_record": Door(EVERYBODY),
    "certificates.submit_record_request": Door(EVERYBODY, body=lambda _scene: {"words": "少记了一次"}),
    "certificates.show_certificates": Door(EVERYBODY),
    "certificates.submit_certificate": Door(EVERYBODY, body=_days),
    "certificates.submit_certificate_withdrawal": Door(EVERYBODY),
    "certificates.print_certificate": Door(OWNER, at={"public_id": "certificate"}),
    "certificates.download_certificate": Door(OWNER, at={"public_id": "certificate"}),
    "certificates.show_console_certificates": Door(ANY_STAFF),
    "certificates.show_line": Door(STAFF, at={"line": "certificate_line"}),
    "certificates.submit_confirmation": Door(
        STAFF, at={"line": "certificate_line"}, body=lambda _scene: {"minutes": "1"}
    ),
    "certificates.submit_line_refusal": Door(STAFF, at={"line": "certificate_line"}, body=_reason),
    "certificates.submit_record_answer": Door(
        STAFF, at={"public_id": "record_request"}, body=lambda _scene: {"upheld": "true", "answer": "查过了"}
    ),
    "certificates.show_console_record": Door(ANY_STAFF, at={"public_id": "person"}),
    "certificates.submit_item": Door(STAFF, at={"public_id": "person"}, body=_record_item),
    "certificates.submit_item_removal": Door(STAFF, at={"public_id": "person", "item": "record_item"}),
    "certificates.show_console_onward": Door(ANY_STAFF),
    "certificates.submit_onward": Door(STAFF, body=_onward),
    "certificates.take_onward_workbook": Door(STAFF, at={"public_id": "onward_report"}),
    "certificates.download_onward": Door(STAFF, at={"public_id": "onward_report"}),
    "privacy_api.post_copy": Door(EVERYBODY),
    "privacy_api.read_copy": Door(OWNER, at={"copy_id": "records_copy"}),
    "privacy_api.read_leaving": Door(EVERYBODY),
    "privacy_api.post_erasure": Door(EVERYBODY, body=lambda _scene: {"understood": True}),
    "privacy_api.post_stay": Door(EVERYBODY),
    "privacy.show_copy": Door(EVERYBODY),
    "privacy.submit_copy": Door(EVERYBODY),
    "privacy.show_taken_copy": Door(OWNER, at={"public_id": "records_copy"}),
    "privacy.download_copy": Door(OWNER, at={"public_id": "records_copy"}),
    "privacy.show_leave": Door(EVERYBODY),
    "privacy.submit_leave": Door(EVERYBODY, body=lambda _scene: {"understood": "1"}),
    "privacy.submit_withdrawal": Door(EVERYBODY),
    "privacy.show_console_erasure": Door(ANY_STAFF, at={"public_id": "person"}),
    "privacy.submit_console_erasure": Door(
        STAFF, at={"public_id": "person"}, body=lambda _scene: {"note": "本人书面申请"}
    ),
    "privacy.submit_console_withdrawal": Door(STAFF, at={"public_id": "person"}),
    "people.show_joined": Door(EVERYBODY),
    "checkin.show_lead_list": Door(EVERYBODY),
    "checkin.show_lead": Door(STAFF, at={"shift": "done_shift"}),
    "checkin.submit_person": Door(STAFF, at={"shift": "done_shift"}, body=_listed),
    "checkin_api.read_closing": Door(STAFF, at={"shift_id": "done_shift"}),
    "checkin_api.post_shift_closing": Door(STAFF, at={"shift_id": "done_shift"}, body=lambda _scene: {}),
    "checkin.show_closing": Door(STAFF, at={"shift": "done_shift"}),
    "checkin.submit_closing": Door(STAFF, at={"shift": "done_shift"}, body=_nothing),
    "home.show_me": Door(EVERYBODY),
    "checkin.show_my_code": Door(EVERYBODY),
    "people.submit_code_replacement": Door(EVERYBODY),
    "home.show_hours": Door(EVERYBODY),
    "home.show_access": Door(EVERYBODY),
    "notices_api.list_notices": Door(EVERYBODY),
    "notices_api.post_reading": Door(OWNER, at={"notice_id": "notice"}),
    "notices_api.post_reading_of_all": Door(OWNER, body=_notice),
    "notices.show_notices": Door(EVERYBODY),
    "notices.read_one": Door(OWNER, at={"public_id": "notice"}, body=_nothing),
    "notices.read_all": Door(OWNER, body=_notice),
    "notices.show_settings": Door(EVERYBODY),
    "notices.submit_wishes": Door(EVERYBODY, body=_wishes),
    "notices.submit_address": Door(EVERYBODY, body=_mail),
    "notices.submit_push": Door(EVERYBODY, body=_push),
    "notices.show_confirmation": Door(OWNER, at={"public_id": "notice_address"}),
    "notices.submit_confirmation": Door(OWNER, at={"public_id": "notice_address"}, body=_mail_code),
    "notices.submit_code": Door(OWNER, at={"public_id": "notice_address"}, body=_nothing),
    "notices.submit_removal": Door(OWNER, at={"public_id": "notice_address"}, body=_nothing),
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
    "redemption.show_picture": Door(OWNER, at={"public_id": "voucher"}),
    "redemption.show_picture_file": Door(OWNER, at={"public_id": "voucher"}),
    "pocket.show_pocket": Door(EVERYBODY),
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
    "tasks.show_my_no_shows": Door(EVERYBODY),
    "tasks.ask_excuse": Door(OWNER, at={"public_id": "signup"}, body=_reason),
    "tasks.appeal": Door(OWNER, at={"public_id": "no_show"}, body=_reason),
    "tasks.grab": Door(EVERYBODY, at={"public_id": "task"}, body=_shift),
    "redemption.show_till": Door(ANY_SHOP),
    "redemption.submit_code": Door(SHOP, body=_voucher_code),
    "redemption.show_day": Door(ANY_SHOP),
    "redemption.show_answer": Door(SHOP, at={"public_id": "redemption"}),
    "redemption.look_at_code": Door(SHOP, body=_voucher_code),
    "redemption.submit_shortage": Door(SHOP, body=_voucher_code),
    "redemption.show_missing": Door(SHOP, at={"public_id": "shortage"}),
    "redemption.submit_restock": Door(SHOP, at={"public_id": "shortage"}, body=_nothing),
    "redemption.choose_for_voucher": Door(OWNER, at={"public_id": "voucher"}, body=_choice),
    "settlements_api.list_shop_months": Door(SHOP | STAFF, at={"merchant_id": "shop"}),
    "settlements_api.list_months": Door(ANY_STAFF),
    "settlements_api.read_month": Door(SHOP | STAFF, at=_MONTH),
    "settlements_api.list_month_lines": Door(SHOP | STAFF, at=_MONTH),
    "settlements_api.post_line_dispute": Door(MANAGER, at=_LINE, body=_reason),
    "settlements_api.post_line_answer": Door(STAFF, at=_LINE, body=lambda _scene: {"answer": "已核对"}),
    "settlements_api.post_month_confirmation": Door(MANAGER, at=_MONTH, body=_api_sums),
    "settlements_api.post_month_check": Door(STAFF, at=_MONTH, body=_api_sums),
    "settlements_api.post_month_approval": Door(STREET, at=_MONTH, body=_api_sums),
    "settlements_api.send_month_back": Door(STAFF, at=_MONTH, body=_reason),
    "settlements_api.note_month_paid": Door(STAFF, at=_MONTH, body=_payment),
    "settlements.show_months": Door(SHOP | STAFF, at={"public_id": "shop"}),
    "settlements.show_month": Door(SHOP | STAFF, at={"public_id": "month"}),
    "settlements.show_print": Door(SHOP | STAFF, at={"public_id": "month"}),
    "settlements.take_workbook": Door(SHOP | STAFF, at={"public_id": "month"}),
    "settlements.submit_line_dispute": Door(MANAGER, at={"public_id": "month"}, body=_line_words),
    "settlements.submit_confirmation": Door(MANAGER, at={"public_id": "month"}, body=_month_sums),
    "settlements.show_console_settlements": Door(ANY_STAFF),
    "settlements.show_console_month": Door(STAFF, at={"public_id": "month"}),
    "settlements.submit_line_answer": Door(STAFF, at={"public_id": "month"}, body=_line_words),
    "settlements.submit_check": Door(STAFF, at={"public_id": "month"}, body=_month_sums),
    "settlements.submit_approval": Door(STREET, at={"public_id": "month"}, body=_month_sums),
    "settlements.submit_return": Door(STAFF, at={"public_id": "month"}, body=_reason),
    "settlements.submit_payment": Door(STAFF, at={"public_id": "month"}, body=_payment),
    "disputes_api.post_dispute": Door(OWNER, at={"redemption_id": "redemption"}, body=_dispute),
    "disputes_api.list_my_disputes": Door(EVERYBODY),
    "disputes_api.list_shop_disputes": Door(SHOP, at={"merchant_id": "shop"}),
    "disputes_api.list_disputes": Door(ANY_STAFF),
    "disputes_api.read_dispute": Door(OWNER | SHOP | STAFF, at=_DISPUTE),
    "disputes_api.post_statement": Door(OWNER | SHOP, at=_DISPUTE, body=lambda _scene: {"words": "看监控"}),
    "disputes_api.post_dispute_withdrawal": Door(OWNER, at=_DISPUTE),
    "disputes_api.post_dispute_decision": Door(STAFF, at=_DISPUTE, body=_decision),
    "disputes.new_dispute": Door(OWNER, at={"redemption": "redemption"}),
    "disputes.submit_dispute": Door(OWNER, at={"redemption": "redemption"}, body=_dispute),
    "disputes.show_dispute": Door(OWNER | SHOP | STAFF, at={"public_id": "dispute"}),
    "disputes.submit_statement": Door(OWNER | SHOP, at={"public_id": "dispute"}, body=_dispute),
    "disputes.take_back_dispute": Door(OWNER, at={"public_id": "dispute"}, body=_nothing),
    "disputes.show_shop_disputes": Door(ANY_SHOP),
    "disputes.show_desk": Door(ANY_STAFF),
    "disputes.show_case": Door(STAFF, at={"public_id": "dispute"}),
    "disputes.submit_decision": Door(STAFF, at={"public_id": "dispute"}, body=_decision),
    "redemption.undo_redemption": Door(SHOP, at={"public_id": "redemption"}, body=_reason),
}
