"""The contract on the real thing: `pointsapp serve` as a process, its health, its start-up refusals, a walk over HTTP."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from pointsapp.cli import main
from tests import databases
from tests.house.reading import ROOT
from tests.server import Server, environment, serving


def _call(
    server: Server, method: str, path: str, body: Any = None, token: str = "", **headers: str
) -> tuple[int, Any, Any]:
    request = urllib.request.Request(f"{server.url}{path}", method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text.decode(), answer.headers
    except urllib.error.HTTPError as answer:
        text = answer.read()
        return answer.code, json.loads(text) if text[:1] in (b"{", b"[") else text.decode(), answer.headers


@pytest.mark.parametrize("dialect", databases.DIALECTS)
def test_the_main_job_over_a_real_server(dialect: str, tmp_path: Path) -> None:
    own = databases.clone(dialect)
    areas = tmp_path / "areas.csv"
    areas.write_text("code,name,kind,parent_code\nd,测试区,district,\ns,测试街道,street,d\nc,测试社区,community,s\n")
    merchants = tmp_path / "merchants.csv"
    merchants.write_text("code,name,area_code,address\nm,烩面馆,c,经八路 5 号\n")
    users = tmp_path / "users.csv"
    users.write_text(
        "phone,name,role,area_code,merchant_code\n13700000001,张居民,,c,\n13700000002,李社工,staff,c,\n"
        "13700000003,王店员,merchant_clerk,,m\n13700000004,赵经理,merchant_manager,,m\n13700000005,陈主任,street_admin,s,\n"
    )
    try:
        with serving(own.url, tmp_path, workers=2) as server:
            for group, file in (("areas", areas), ("merchants", merchants), ("users", users)):
                done = server.command(group, "import", str(file))
                assert done.returncode == 0, done.stderr
            phones = [f"1370000000{number}" for number in range(1, 6)]
            issued = server.command("token", "issue", *phones)
            resident, staff, clerk, manager, office = (line.split("\t")[1] for line in issued.stdout.split("\n")[:5])

            start = datetime.now(UTC) + timedelta(minutes=10)
            draft = {
                "title": "清扫楼道", "description": "带手套", "category": "environment", "area_id": "c", "place": "三号楼", "points": 50,
                "points_mode": "per_completion", "check_out_required": False,
                "shifts": [{"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat(), "capacity": 2}],
            }  # fmt: skip
            grant = {"area_id": "s", "points": 1000, "memo": "第四季度"}
            assert _call(server, "POST", "/api/v1/budget-grants", grant, office)[0] == 201
            status, task, _ = _call(server, "POST", "/api/v1/tasks", draft, staff)
            assert status == 201, task
            assert _call(server, "POST", f"/api/v1/tasks/{task['id']}/publication", {}, staff)[0] == 200
            shift = task["shifts"][0]["id"]
            first = _call(server, "POST", f"/api/v1/shifts/{shift}/signups", None, resident, Idempotency_Key="k")
            again = _call(server, "POST", f"/api/v1/shifts/{shift}/signups", None, resident, Idempotency_Key="k")
            assert (first[0], again[0], again[2]["Idempotency-Hit"]) == (201, 201, "true")
            code = _call(server, "GET", f"/api/v1/shifts/{shift}/checkin-code?action=check_in", None, staff)[1][
                "payload"
            ]
            assert code.startswith(f"{server.url}/q/c/")
            status, done, _ = _call(server, "POST", "/api/v1/checkins", {"code": code}, resident)
            assert (status, done["points_balance"]) == (201, 50)
            offer = {"merchant_id": _call(server, "GET", "/api/v1/merchants", None, manager)[1]["items"][0]["id"]}
            offer |= {"title": "烩面", "description": "一碗", "points": 30}
            status, made, _ = _call(server, "POST", "/api/v1/offers", offer, manager)
            assert status == 201, made
            assert _call(server, "POST", f"/api/v1/offers/{made['id']}/approval", None, staff)[0] == 200
            status, voucher, _ = _call(server, "POST", f"/api/v1/offers/{made['id']}/vouchers", None, resident)
            assert status == 201, voucher
            assert _call(server, "POST", "/api/v1/redemptions", {"code": voucher["code"]}, clerk)[0] == 201
            refused = _call(server, "POST", "/api/v1/redemptions", {"code": voucher["code"]}, clerk)
            assert (refused[0], refused[1]["code"], refused[2]["Content-Type"]) == (
                409,
                "already_redeemed",
                "application/problem+json",
            )
            verified = server.command("ledger", "verify")
            assert verified.returncode == 0, verified.stdout
    finally:
        own.drop()


def test_health_says_what_it_knows(tmp_path: Path) -> None:
    own = databases.clone("sqlite")
    try:
        with serving(own.url, tmp_path) as server:
            assert _call(server, "GET", "/healthz")[0] == 200
            assert _call(server, "GET", "/readyz")[0] == 200
            assert _call(server, "GET", "/metrics")[0] == 404, "off unless configured"
            status, document, _ = _call(server, "GET", "/api/openapi.json")
            assert (status, document["openapi"][:3]) == (200, "3.1")
            assert _call(server, "GET", "/api/docs")[0] == 200
            refused = _call(server, "GET", "/api/v1/me")
            assert (refused[0], refused[1]["code"]) == (401, "not_signed_in")
            assert "Traceback" not in _call(server, "GET", "/nowhere")[1]
    finally:
        own.drop()


def test_not_ready_before_the_migrations() -> None:
    own = databases.clone("sqlite", migrated=False)
    try:
        client = own.app.test_client()
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    finally:
        own.drop()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""), ("SECRET_KEY", "short"), ("SECRET_KEY", "development-only-secret"), ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://x/y"), ("BASE_URL", "example"), ("TIMEZONE", "Mars/Olympus"), ("ENV", "staging"),
        ("POOL_SIZE", "many"),
    ],
)  # fmt: skip
def test_a_bad_setting_stops_the_start_with_one_line(tmp_path: Path, name: str, value: str) -> None:
    env = environment("http://127.0.0.1:1", f"sqlite:///{tmp_path / 'x.db'}", tmp_path)
    env |= {"POINTSAPP_ENV": "production", f"POINTSAPP_{name}": value}
    done = CliRunner().invoke(main, ["serve", "--port", "1"], env=env)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert f"POINTSAPP_{name}" in done.stderr


def test_serve_counts_as_production(tmp_path: Path) -> None:
    env = environment("http://127.0.0.1:1", f"sqlite:///{tmp_path / 'x.db'}", tmp_path, POINTSAPP_SECRET_KEY="")
    done = subprocess.run(
        [sys.executable, "-m", "pointsapp", "serve", "--port", "1"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip().startswith("pointsapp: POINTSAPP_SECRET_KEY")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_stops_the_start_with_one_line(tmp_path: Path) -> None:
    env = environment("http://127.0.0.1:1", f"sqlite:///{tmp_path / 'x.db'}", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "pointsapp", "serve", "--port", port],
            cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip().startswith(f"pointsapp: cannot listen on 127.0.0.1:{port}: ")
    assert len(done.stderr.strip().splitlines()) == 1


def _alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_nobody_holds_the_port_when_the_first_process_is_killed(tmp_path: Path) -> None:
    own = databases.clone("sqlite")
    try:
        with serving(own.url, tmp_path, workers=2) as server:
            first = psutil.Process(server.process.pid)
            below = [each.pid for each in first.children(recursive=True)]
            assert len(below) >= 2
            first.kill()
            first.wait(60)
            until = time.monotonic() + 60
            while any(map(_alive, below)):
                assert time.monotonic() < until, "the workers outlived `serve`"
                time.sleep(0.05)
            with socket.socket() as probe:
                probe.setsockopt(
                    socket.SOL_SOCKET, socket.SO_REUSEPORT, 1
                )  # as the next `serve` does, though answers linger
                probe.bind(("127.0.0.1", int(server.url.rpartition(":")[2])))
                probe.listen()
    finally:
        own.drop()
