"""Rows of the contract: the commands. Imports check the whole file first, name every bad row, and write all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core.db import Base
from tests.contract.world import World
from tests.house.reading import ROOT


class Desk:
    """A shell on the world's database."""

    def __init__(self, app: Flask, session: Session, folder: Path) -> None:
        self.app, self.session, self.folder = app, session, folder

    def run(self, *args: str, typed: str | None = None) -> Result:
        return self.app.test_cli_runner().invoke(args=list(args), input=typed)

    def file(self, text: str | bytes, name: str = "file.csv") -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def load(self, group: str, text: str | bytes, status: int = 0) -> str:
        done = self.run(group, "import", self.file(text))
        assert done.exit_code == status, done.output
        assert "Traceback" not in done.output
        return done.output

    def rows(self) -> dict[str, int]:
        """Return how many rows every table holds."""
        return {
            table.name: self.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def desk(world: World, app: Flask, tmp_path: Path) -> Desk:
    return Desk(app, world.session, tmp_path)


def _good(world: World) -> dict[str, str]:
    """Return a good file of every group, in the order in which they build on one another."""
    area = world.areas["community"].code
    return {
        "areas": "code,name,kind,parent_code\nd9,测试区,district,\ns9,测试街道,street,d9\nc9,测试社区,community,s9\n",
        "merchants": f"code,name,area_code,address\nm9,老王粮油,{area},经八路 9 号\n",
        "users": (
            "phone,name,role,area_code,merchant_code\n"
            f"13700000001,张居民,,{area},\n13700000002,李社工,staff,{area},\n"
            f"13700000002,李社工,grid_leader,{world.areas['grid'].code},\n13700000003,王店员,merchant_clerk,,{world.shop.code}\n"
        ),
        "branches": (
            "code,name,kind,parent_code,area_code\n"
            f"p9,党总支,general_branch,,{area}\nb9,第一党支部,branch,p9,{area}\ng9,一小组,group,b9,{area}\n"
        ),
        "members": f"phone,branch_code\n{world.person('resident').phone},b9\n",
    }


GROUPS = ("areas", "merchants", "users", "branches", "members")


@pytest.mark.parametrize("group", GROUPS)
class TestImports:
    def _prepare(self, world: World, desk: Desk, group: str) -> str:
        files = _good(world)
        if group == "members":
            desk.load("branches", files["branches"])
        return files[group]

    def test_a_good_file_goes_in_and_twice_changes_nothing(self, world: World, desk: Desk, group: str) -> None:
        text = self._prepare(world, desk, group)
        before = desk.rows()
        desk.load(group, text)
        after = desk.rows()
        assert after != before
        desk.load(group, text)
        assert {name: count for name, count in desk.rows().items() if name != "event"} == {
            name: count for name, count in after.items() if name != "event"
        }

    def test_a_byte_order_mark_changes_nothing(self, world: World, desk: Desk, group: str) -> None:
        text = self._prepare(world, desk, group)
        desk.load(group, b"\xef\xbb\xbf" + text.encode())

    def test_windows_line_ends_and_blank_lines_are_fine(self, world: World, desk: Desk, group: str) -> None:
        text = self._prepare(world, desk, group)
        desk.load(group, text.replace("\n", "\r\n") + "\r\n\r\n")

    def test_every_bad_row_is_named_and_nothing_is_written(self, world: World, desk: Desk, group: str) -> None:
        text = self._prepare(world, desk, group)
        width = text.split("\n")[0].count(",") + 1
        bad = text + "x" * 3 + ",".join([""] * width) + "\n" + ",".join(["?"] * width) + "\n"
        first = len(text.split("\n"))
        before = desk.rows()
        said = desk.load(group, bad, status=1)
        assert f"line {first}:" in said
        assert f"line {first + 1}:" in said
        assert desk.rows() == before

    def test_a_row_of_another_width_is_bad(self, world: World, desk: Desk, group: str) -> None:
        text = self._prepare(world, desk, group)
        assert "line " in desk.load(group, text + "only-one-cell\n", status=1)

    def test_an_unknown_or_missing_column_is_an_error(self, world: World, desk: Desk, group: str) -> None:
        text = self._prepare(world, desk, group)
        header, rest = text.split("\n", 1)
        before = desk.rows()
        desk.load(group, f"{header},colour\n" + rest.replace("\n", ",red\n"), status=1)
        desk.load(group, header.split(",", 1)[1] + "\n" + rest, status=1)
        assert desk.rows() == before

    @pytest.mark.parametrize("junk", [b"", b"\xff\xfe\x00", b"\x00" * 50, b"code\n", "﻿".encode() * 3, b'"'])
    def test_no_junk_breaks_it(self, world: World, desk: Desk, group: str, junk: bytes) -> None:
        self._prepare(world, desk, group)
        desk.load(group, junk, status=1)

    def test_a_file_that_is_not_there(self, world: World, desk: Desk, group: str) -> None:
        done = desk.run(group, "import", str(desk.folder / "none.csv"))
        assert done.exit_code != 0
        assert "Traceback" not in done.output


class TestUsers:
    def test_an_empty_role_is_a_resident_and_nobody_has_a_password(self, world: World, desk: Desk) -> None:
        desk.load("users", _good(world)["users"])
        world.no(
            None,
            "POST",
            "/sessions",
            {"phone": "13700000001", "password": "246810"},
            status=401,
            code="invalid_credentials",
        )
        done = desk.run("token", "issue", "13700000001", "13700000002")
        assert done.exit_code == 0
        lines = [line.split("\t") for line in done.output.strip().splitlines()]
        assert [phone for phone, _ in lines] == ["13700000001", "13700000002"]
        world.tokens |= dict(lines)
        resident = world.get("13700000001", "/me")
        assert resident["roles"] == []
        assert resident["area"]["code"] == world.areas["community"].code
        assert [role["role"] for role in world.get("13700000002", "/me")["roles"]] == ["staff", "grid_leader"]

    def test_imported_people_are_verified(self, world: World, desk: Desk) -> None:
        desk.load("users", _good(world)["users"])
        world.tokens["new"] = desk.run("token", "issue", "13700000001").output.strip().split("\t")[1]
        world.earn("new", 50)
        offer = world.offer(points=10)
        world.post("new", f"/offers/{offer['id']}/vouchers")

    @pytest.mark.parametrize(
        "row",
        [
            "1234,张,,{area},", "13700000009,,,{area},", "13700000009,张,boss,{area},", "13700000009,张,staff,,",
            "13700000009,张,staff,nowhere,", "13700000009,张,merchant_clerk,,nowhere", "13700000009,张,merchant_clerk,,",
        ],
    )  # fmt: skip
    def test_bad_rows_are_named(self, world: World, desk: Desk, row: str) -> None:
        text = "phone,name,role,area_code,merchant_code\n" + row.format(area=world.areas["community"].code) + "\n"
        assert "line 2:" in desk.load("users", text, status=1)

    def test_user_add(self, world: World, desk: Desk) -> None:
        area = world.areas["community"].code
        args = (
            "user",
            "add",
            "--phone",
            "13711112222",
            "--name",
            "陈社工",
            "--role",
            "staff",
            "--area",
            area,
            "--password-stdin",
        )
        done = desk.run(*args, typed="246810\n")
        assert done.exit_code == 0, done.output
        assert "246810" not in done.output
        opened = world.post(None, "/sessions", {"phone": "13711112222", "password": "246810"})
        assert opened["user"]["roles"][0]["role"] == "staff"
        world.tokens["added"] = opened["token"]
        assert world.get("added", "/me")["area"]["code"] == area, "the area is also the home area"

    def test_user_add_for_a_shop(self, world: World, desk: Desk) -> None:
        args = ("user", "add", "--phone", "13711112222", "--name", "陈店员", "--role", "merchant_clerk", "--merchant", world.shop.code, "--password-stdin")  # fmt: skip
        assert desk.run(*args, typed="246810\n").exit_code == 0
        opened = world.post(None, "/sessions", {"phone": "13711112222", "password": "246810"})
        assert opened["user"]["roles"][0]["merchant"]["code"] == world.shop.code
        world.tokens["added"] = opened["token"]
        assert world.get("added", "/me")["area"]["code"] == world.areas["community"].code, "the merchant's area"

    @pytest.mark.parametrize(
        "args",
        [
            ("--phone", "12", "--name", "x"), ("--phone", "13711112222", "--name", ""), ("--phone", "13711112222", "--name", "x", "--role", "boss"),
            ("--phone", "13711112222", "--name", "x", "--role", "staff"), ("--phone", "13711112222", "--name", "x", "--area", "nowhere"),
        ],
    )  # fmt: skip
    def test_user_add_refuses_in_one_line(self, desk: Desk, args: tuple[str, ...]) -> None:
        before = desk.rows()
        done = desk.run("user", "add", *args, "--password-stdin", typed="246810\n")
        assert done.exit_code != 0
        assert "Traceback" not in done.output
        assert done.output.strip()
        assert desk.rows() == before

    def test_a_short_password_is_refused(self, desk: Desk) -> None:
        done = desk.run("user", "add", "--phone", "13711112222", "--name", "x", "--password-stdin", typed="123\n")
        assert done.exit_code != 0


class TestTokens:
    @pytest.mark.parametrize("source", ["file", "stdin"])
    def test_phones_from_a_file(self, world: World, desk: Desk, source: str) -> None:
        phones = [world.person(who).phone for who in ("resident", "neighbour")]
        text = "\n".join(phones) + "\n"
        if source == "file":
            done = desk.run("token", "issue", "--phones-from", desk.file(text, "phones.txt"))
        else:
            done = desk.run("token", "issue", "--phones-from", "-", typed=text)
        assert done.exit_code == 0, done.output
        lines = done.output.strip().splitlines()
        assert [line.split("\t")[0] for line in lines] == phones
        world.tokens["x"] = lines[0].split("\t")[1]
        assert world.get("x", "/me")["id"] == world.person("resident").public_id

    def test_an_unknown_phone_issues_none(self, world: World, desk: Desk) -> None:
        before = desk.rows()
        done = desk.run("token", "issue", world.person("resident").phone, "19999999999")
        assert done.exit_code != 0
        assert "19999999999" in done.output
        assert desk.rows()["api_token"] == before["api_token"] or world.person("resident").phone in done.output


class TestAreas:
    @pytest.mark.parametrize(
        ("row", "why"),
        [
            ("x,名,planet,", "an unknown kind"), ("x,名,street,nowhere", "an unknown parent"), ("x,名,grid,x", "its own parent"),
            (",名,grid,", "no code"), ("x,,grid,", "no name"),
        ],
    )  # fmt: skip
    def test_bad_rows_are_named(self, desk: Desk, row: str, why: str) -> None:
        assert "line 2:" in desk.load("areas", f"code,name,kind,parent_code\n{row}\n", status=1), why

    def test_a_circle_is_refused(self, desk: Desk) -> None:
        text = "code,name,kind,parent_code\na,甲,grid,b\nb,乙,grid,a\n"
        assert "line " in desk.load("areas", text, status=1)

    def test_a_child_may_stand_before_its_parent(self, world: World, desk: Desk) -> None:
        desk.load("areas", "code,name,kind,parent_code\nc8,社区,community,s8\ns8,街道,street,\n")
        items = {item["code"]: item for item in world.get(None, "/areas?limit=100")["items"]}
        assert items["c8"]["parent_id"] == items["s8"]["id"]

    def test_a_code_stands_once(self, desk: Desk) -> None:
        assert "line 3:" in desk.load("areas", "code,name,kind,parent_code\na,甲,street,\na,乙,street,\n", status=1)


class TestStars:
    def test_a_broken_scheme_is_refused_with_its_place(self, world: World, desk: Desk) -> None:
        for text in ("", "scheme: [", "scheme: x\n", "- 1\n", "!!python/object:os.system {}\n", "a: &a [*a]\n"):
            done = desk.run("stars", "import", desk.file(text, "scheme.yaml"))
            assert done.exit_code == 1, text
            assert "Traceback" not in done.output
            assert done.output.strip()


class TestLedger:
    def test_verify_prints_a_summary_and_passes_on_whole_books(self, world: World, desk: Desk) -> None:
        voucher = world.voucher(points=30)
        world.post("clerk", "/redemptions", {"code": voucher["code"]})
        done = desk.run("ledger", "verify")
        assert done.exit_code == 0, done.output
        assert isinstance(json.loads(done.output), dict)

    def test_verify_fails_on_a_broken_balance(self, world: World, desk: Desk) -> None:
        world.earn("resident", 10)
        table = Base.metadata.tables["balance"]
        column = "amount" if "amount" in table.c else "balance"
        world.session.execute(table.update().values({column: table.c[column] + 1}))
        world.session.commit()
        done = desk.run("ledger", "verify")
        assert done.exit_code == 1
        assert isinstance(json.loads(done.output), dict)


def test_every_command_of_the_contract_is_there(desk: Desk) -> None:
    from pointsapp.cli import main

    known: dict[str, Any] = {**main.commands, **desk.app.cli.commands}
    wanted = [
        "demo",
        "serve",
        "worker",
        "db:upgrade",
        "demo-data",
        "synth",
        "user:add",
        "users:import",
        "merchants:import",
        "areas:import",
        "branches:import",
        "members:import",
        "stars:import",
        "token:issue",
        "ledger:verify",
    ]
    for words in wanted:
        name, _, below = words.partition(":")
        assert name in known, words
        assert not below or below in known[name].commands, words


def test_the_documents_examples_are_importable() -> None:
    assert list((ROOT / "docs" / "examples").glob("*.yaml"))
