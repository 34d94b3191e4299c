"""The district in which the proof is held: built by the commands' imports and the JSON API, as any operator would.

Every trial takes people nobody has used yet, so that no earlier sign-up explains an answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Any

from proof.crowd import Act, Answer, in_turn
from proof.place import Place
from proof.trial import NotPrepared

BUDGET = 10_000_000
MARKETS = 60  # communities with an empty budget of their own
OFFICERS, LEADERS, CLERKS = 8, 8, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    key: int  # in the tables
    id: str  # in the API
    token: str
    code: str  # personal code


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Street:
    place: Place
    residents: list[Person] = field(default_factory=list)
    officers: list[Person] = field(default_factory=list)  # staff of the community
    leaders: list[Person] = field(default_factory=list)
    bosses: list[Person] = field(default_factory=list)  # street administrators
    market_officers: list[Person] = field(default_factory=list)
    clerks: list[Person] = field(default_factory=list)
    managers: list[Person] = field(default_factory=list)
    strangers: list[Person] = field(default_factory=list)  # clerks of another shop
    admins: list[Person] = field(default_factory=list)
    shop: str = ""
    _days: Any = field(default_factory=lambda: count(2))
    _markets: Any = field(default_factory=lambda: count())
    _used: int = 0

    # -- people -------------------------------------------------------------------------------------------------

    def people(self, number: int) -> list[Person]:
        """Return residents whom no trial has met."""
        taken = self.residents[self._used : self._used + number]
        if len(taken) < number:
            raise NotPrepared(f"{number} people asked for, {len(taken)} left")
        self._used += number
        return taken

    def market(self) -> str:
        """Return the code of a community with an empty budget."""
        return f"market{next(self._markets) % MARKETS}"

    # -- calls --------------------------------------------------------------------------------------------------

    def call(self, who: Person, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call as `who`; anything but a yes ends the trial."""
        return self._yes(in_turn(self.place.port, [Act(who=who.token, method=method, path=path, body=body)], 1))[0].body

    def get(self, who: Person, path: str) -> dict[str, Any]:
        return self.call(who, "GET", path)

    def all_of(self, acts: Iterable[Act]) -> list[Answer]:
        """Send many acts without rush; anything but a yes ends the trial."""
        return self._yes(in_turn(self.place.port, list(acts)))

    def _yes(self, answers: list[Answer]) -> list[Answer]:
        for answer in answers:
            if not answer.ok:
                raise NotPrepared(
                    f"{answer.act.method} {answer.act.path}: {answer.said} {answer.body.get('errors') or answer.body.get('detail', '')}"
                )
        return answers

    # -- tasks --------------------------------------------------------------------------------------------------

    def day(self) -> tuple[datetime, datetime]:
        """Return two hours of a day in the future that nothing else takes place on."""
        start = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=next(self._days))
        return start, start + timedelta(hours=2)

    def draft(self, who: Person, shifts: Sequence[tuple[datetime, datetime, int]], **over: Any) -> dict[str, Any]:
        leaders = [leader.id for leader in over.pop("leaders", [])]
        body = {
            "title": "试炼", "description": "压力验证", "category": "environment", "area_id": "community", "place": "广场",
            "points": 10, "points_mode": "per_completion", "check_out_required": False,
            "shifts": [
                {"starts_at": instant(start), "ends_at": instant(end), "capacity": places, "leader_ids": leaders}
                for start, end, places in shifts
            ],
            **over,
        }  # fmt: skip
        return self.call(who, "POST", "/tasks", body)

    def task(self, shifts: Sequence[tuple[datetime, datetime, int]], **over: Any) -> dict[str, Any]:
        """Publish a task; return it as the API shows it."""
        draft = self.draft(self.officers[0], shifts, **over)
        self.call(self.officers[0], "POST", f"/tasks/{draft['id']}/publication")
        return self.get(self.officers[0], f"/tasks/{draft['id']}")

    def meeting(self, places: int, *, starts_in: float = 10, minutes: float = 60, **over: Any) -> dict[str, Any]:
        """Publish a task whose one shift is about to begin, led by the leaders."""
        start = now() + timedelta(minutes=starts_in)
        end = start + timedelta(minutes=minutes)
        return self.task([(start, end, places)], leaders=self.leaders, **over)

    def sign_up(self, people: Iterable[Person], *shifts: str) -> list[Answer]:
        return self.all_of(
            Act(who=person.token, method="POST", path=f"/shifts/{shift}/signups", tag=person)
            for person in people
            for shift in shifts
        )

    def venue_code(self, shift: str) -> str:
        return str(self.get(self.officers[0], f"/shifts/{shift}/checkin-code?action=check_in")["code"])

    def fund(self, people: Sequence[Person], points: int) -> None:
        """Let each of `people` earn `points` the way everybody does: sign up, come, scan."""
        shift = self.meeting(len(people), starts_in=-5, minutes=20, points=points)["shifts"][0]["id"]
        self.sign_up(people, shift)
        code = self.venue_code(shift)
        self.all_of(Act(who=each.token, method="POST", path="/checkins", body={"code": code}) for each in people)

    # -- shops --------------------------------------------------------------------------------------------------

    def offer(self, **over: Any) -> dict[str, Any]:
        """Submit an offer and approve it."""
        body = {"merchant_id": self.shop, "title": "烩面一碗", "description": "到店领取", "points": 30, **over}
        made = self.call(self.managers[0], "POST", "/offers", body)
        self.call(self.officers[1], "POST", f"/offers/{made['id']}/approval")
        return made

    def vouchers(self, people: Iterable[Person], offer: str) -> list[tuple[Person, dict[str, Any]]]:
        """Let each of `people` take a voucher; return (person, voucher) in that order."""
        acts = [Act(who=each.token, method="POST", path=f"/offers/{offer}/vouchers", tag=each) for each in people]
        return [(answer.act.tag, answer.body) for answer in self.all_of(acts)]


def build(place: Place, residents: int, *, clerks: int = CLERKS) -> Street:
    """Fill the empty database: one street with a community and a shop, one street of empty budgets, and the people."""
    street = Street(place)
    areas = [
        "code,name,kind,parent_code", "district,验证区,district,", "street,验证街道,street,district",
        "community,验证社区,community,street", "bazaar,集市街道,street,district",
        *(f"market{number},集市{number},community,bazaar" for number in range(MARKETS)),
    ]  # fmt: skip
    shops = ["code,name,area_code,address", "shop,烩面馆,community,一号", "other,粮油店,community,二号"]
    kinds = [
        ("bosses", 2, "street_admin", "district", ""),
        ("officers", OFFICERS, "staff", "community", ""),
        ("market_officers", OFFICERS, "staff", "bazaar", ""),
        ("leaders", LEADERS, "", "community", ""),
        ("managers", 2, "merchant_manager", "", "shop"),
        ("clerks", clerks, "merchant_clerk", "", "shop"),
        ("strangers", 2, "merchant_clerk", "", "other"),
        ("admins", 1, "platform_admin", "", ""),
        ("residents", residents, "", "community", ""),
    ]
    numbers = count(20_000_000_000)
    users, phones = ["phone,name,role,area_code,merchant_code"], {}
    for kind, number, role, area, shop in kinds:
        phones[kind] = [str(next(numbers)) for _ in range(number)]
        users += [f"{phone},验证人{phone[-5:]},{role},{area},{shop}" for phone in phones[kind]]
    for group, lines in (("areas", areas), ("merchants", shops), ("users", users)):
        file = place.folder / f"{group}-{secrets.token_hex(3)}.csv"
        file.write_text("\n".join(lines) + "\n")
        _run(place, group, "import", str(file))
    told = _run(place, "token", "issue", "--phones-from", "-", typed="\n".join(chain(*phones.values())))
    tokens = dict(line.split("\t") for line in told.splitlines())
    rows = {row["phone"]: row for row in place.rows("SELECT id, public_id, phone, personal_code FROM person")}
    for kind, of_kind in phones.items():
        found = [
            Person(
                key=rows[phone]["id"],
                id=rows[phone]["public_id"],
                token=tokens[phone],
                code=rows[phone]["personal_code"],
            )
            for phone in of_kind
        ]
        setattr(street, kind, found)
    street.shop = next(
        row["public_id"] for row in place.rows("SELECT public_id, code FROM merchant") if row["code"] == "shop"
    )
    street.call(street.bosses[0], "POST", "/budget-grants", {"area_id": "street", "points": BUDGET, "memo": "验证"})
    return street


def _run(place: Place, *args: str, typed: str = "") -> str:
    done = place.command(*args, typed=typed)
    if done.exit_code:
        raise NotPrepared(f"pointsapp {' '.join(args[:2])}: {done.output[-400:]}")
    return done.stdout
