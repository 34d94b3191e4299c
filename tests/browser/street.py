"""A small street on a real server for the browser: one community, one shop, one branch, one task, and the worker beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from tests import databases
from tests.house.reading import ROOT
from tests.server import Server, serving

PASSWORD = "246810"
EXAMPLE = ROOT / "docs" / "examples" / "henan-urban.yaml"
FILES = {
    "areas": "code,name,kind,parent_code\nd,金水区,district,\ns,经八路街道,street,d\nc,军区社区,community,s\ne,东里社区,community,s\n",
    "merchants": "code,name,area_code,address\nm,胖婶烩面,c,经八路 5 号\n",
    "branches": "code,name,kind,parent_code,area_code\np,军区社区党总支,general_branch,,c\nb,第一党支部,branch,p,c\n",
}
# role -> (phone, name, further arguments of `user add`); newcomers are added
PEOPLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "resident": ("13700000001", "张秀英", ("--area", "c")),
    "photographer": ("13700000011", "王建国", ("--area", "c")),
    "writer": ("13700000012", "刘桂兰", ("--area", "c")),
    "early": ("13700000013", "孙大爷", ("--area", "c")),
    "plain": ("13700000014", "周阿姨", ("--area", "c")),
    "customer": ("13700000015", "吴大娘", ("--area", "c")),
    "walker": ("13700000016", "郑大叔", ("--area", "c")),
    "traveller": ("13700000021", "冯奶奶", ("--area", "c")),
    "visitor": ("13700000022", "蒋阿姨", ("--area", "c")),
    "mover": ("13700000017", "冯师傅", ("--area", "c")),
    "loser": ("13700000018", "何阿姨", ("--area", "c")),
    "mother": ("13700000019", "高奶奶", ("--area", "c")),
    "daughter": ("13700000020", "高小燕", ("--area", "c")),
    "carder": ("13700000031", "韩大爷", ("--area", "c")),
    "helper": ("13700000032", "丁小姐", ("--area", "c")),
    "student": ("13700000023", "沈同学", ("--area", "c")),
    "complainer": ("13700000024", "吕先生", ("--area", "c")),
    "colleague": ("13700000006", "林社工", ("--role", "staff", "--area", "c")),
    "eastern": ("13700000007", "宋社工", ("--role", "staff", "--area", "e")),
    "staff": ("13700000002", "李社工", ("--role", "staff", "--area", "c")),
    "clerk": ("13700000003", "王店员", ("--role", "merchant_clerk", "--merchant", "m")),
    "manager": ("13700000004", "赵经理", ("--role", "merchant_manager", "--merchant", "m")),
    "office": ("13700000005", "陈主任", ("--role", "street_admin", "--area", "s")),
}


@dataclass
class Street:
    server: Server
    folder: Path
    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def call(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """Call the API as `who`."""
        request = urllib.request.Request(f"{self.url}/api/v1{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.tokens[who]}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def command(self, *args: str, typed: str = "") -> str:
        """Run `pointsapp …` on the server's database, in this process: a new one would take two seconds to begin."""
        done = self.app.test_cli_runner().invoke(args=[*args], input=typed)
        assert done.exit_code == 0, done.output
        return done.stdout

    def newcomer(self, name: str) -> str:
        """Let somebody join who has no other appointment; return their key, as the keys of PEOPLE."""
        key = f"newcomer-{len(PEOPLE)}"
        PEOPLE[key] = (f"1370001{len(PEOPLE):04}", name, ("--area", "c"))
        self._join(key)
        self.tokens[key] = self.command("token", "issue", PEOPLE[key][0]).splitlines()[0].split("\t")[1]
        return key

    def _join(self, key: str) -> None:
        phone, name, more = PEOPLE[key]
        words = ("user", "add", "--phone", phone, "--name", name, *more, "--password-stdin")
        self.command(*words, typed=f"{PASSWORD}\n")

    def task(
        self, title: str, points: int = 50, capacity: int = 5, minutes_ahead: int = 10, **over: Any
    ) -> dict[str, Any]:
        """Publish a task that begins in ten minutes: check-in is open already."""
        start = datetime.now(UTC) + timedelta(minutes=minutes_ahead)
        draft = {
            "title": title, "description": "带上手套，一起清扫三号楼楼道。", "category": "environment", "area_id": "c",
            "place": "三号楼门口", "points": points, "points_mode": "per_completion", "check_out_required": False,
            "shifts": [{"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat(), "capacity": capacity}],
            **over,
        }  # fmt: skip
        made = self.call("staff", "POST", "/tasks", draft)
        self.call("staff", "POST", f"/tasks/{made['id']}/publication", {})
        return made

    def offer(self, title: str, points: int = 30) -> dict[str, Any]:
        shop = self.call("manager", "GET", "/merchants")["items"][0]["id"]
        body = {"merchant_id": shop, "title": title, "description": "凭码到店领取。", "points": points}
        made = self.call("manager", "POST", "/offers", body)
        self.call("staff", "POST", f"/offers/{made['id']}/approval")
        return made

    def venue_code(self, task: dict[str, Any]) -> dict[str, Any]:
        return self.call("staff", "GET", f"/shifts/{task['shifts'][0]['id']}/checkin-code?action=check_in")

    def total(self) -> float:
        """Return the branch's total on the five-star board."""
        number = self.call("office", "GET", "/five-star/rounds")["items"][0]["id"]
        return float(self.call("office", "GET", f"/five-star/rounds/{number}/standings")["items"][0]["total"])


@contextmanager
def working(server: Server) -> Iterator[None]:
    """Run the worker beside `server`."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "pointsapp", "worker"], cwd=ROOT, env=server.environment, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=15)


@contextmanager
def open_street(folder: Path) -> Iterator[Street]:
    own = databases.clone("sqlite")
    try:
        with serving(own.url, folder) as server:
            street = Street(server, folder, own.app)
            for group, text in FILES.items():
                file = folder / f"{group}.csv"
                file.write_text(text)
                street.command(group, "import", str(file))
            heads = folder / "heads.csv"
            heads.write_text("area_code,people,counted_on,source\nc,1000,2026-01-01,七普\n")
            street.command("stars", "import", str(EXAMPLE))
            street.command("stars", "headcounts", str(heads))
            for key in PEOPLE:
                street._join(key)
            lines = street.command("token", "issue", *(phone for phone, _, _ in PEOPLE.values())).splitlines()
            street.tokens = {who: line.split("\t")[1] for who, line in zip(PEOPLE, lines, strict=True)}
            street.call("office", "POST", "/budget-grants", {"area_id": "s", "points": 10_000, "memo": "第四季度"})
            with working(server):
                yield street
    finally:
        own.drop()
