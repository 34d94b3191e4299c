"""Rows of the contract: sessions, people, one-time codes, areas, the notice, and who I am."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pointsapp.core.codes import is_valid
from tests.contract.world import PASSWORD, World, assert_has, moment


def _registration(world: World, **over: Any) -> dict[str, Any]:
    body = {
        "phone": "13900001234",
        "name": "赵大妈",
        "area_id": world.areas["community"].public_id,
        "password": PASSWORD,
        "consent_version": world.get(None, "/privacy-notice")["consent_version"],
    }
    return {name: value for name, value in {**body, **over}.items() if value is not None}


def _join(world: World, **over: Any) -> dict[str, Any]:
    return world.post(None, "/people", _registration(world, **over))


class TestSessions:
    def test_a_phone_and_a_password_open_one(self, world: World) -> None:
        joined = _join(world)
        answer = world.post(None, "/sessions", {"phone": "13900001234", "password": PASSWORD})
        assert_has(answer, "token expires_at user")
        assert_has(answer["user"], "id display_name roles")
        assert answer["user"]["id"] == joined["id"]
        assert answer["user"]["roles"] == []
        assert moment(answer["expires_at"]) == world.clock.at + timedelta(days=30)

    def test_a_volunteer_number_opens_one_too(self, world: World) -> None:
        number = _join(world, phone=None)["volunteer_number"]
        world.post(None, "/sessions", {"volunteer_number": number, "password": PASSWORD})

    @pytest.mark.parametrize("phone", ["13900001234", "13900009999"])
    def test_a_wrong_password_and_an_unknown_phone_are_one_answer(self, world: World, phone: str) -> None:
        _join(world)
        world.no(
            None, "POST", "/sessions", {"phone": phone, "password": "135790"}, status=401, code="invalid_credentials"
        )

    def test_too_many_attempts_must_wait(self, world: World) -> None:
        _join(world)
        codes = []
        for _ in range(30):
            answer = world.call(None, "POST", "/sessions", {"phone": "13900001234", "password": "135790"})
            codes.append(answer.get_json()["code"])
            if answer.status_code == 429:
                break
        assert codes[0] == "invalid_credentials"
        assert codes[-1] == "too_many_attempts"
        assert int(answer.headers["Retry-After"]) > 0

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"phone": "13900001234"},
            {"password": PASSWORD},
            {"phone": "abc", "password": PASSWORD},
            {"phone": 13900001234, "password": PASSWORD},
            {"phone": "13900001234", "volunteer_number": "12345678901", "password": PASSWORD},
        ],
    )
    def test_a_malformed_one_is_named(self, world: World, body: dict[str, Any]) -> None:
        assert world.no(None, "POST", "/sessions", body, status=422, code="validation_failed")["errors"]

    def test_an_idempotency_key_is_ignored(self, world: World) -> None:
        _join(world)
        body = {"phone": "13900001234", "password": PASSWORD}
        first = world.post(None, "/sessions", body, key="k")
        second = world.call(None, "POST", "/sessions", body, key="k")
        assert "Idempotency-Hit" not in second.headers
        assert second.get_json()["token"] != first["token"]

    def test_ending_one_ends_its_token_only(self, world: World) -> None:
        _join(world)
        body = {"phone": "13900001234", "password": PASSWORD}
        world.tokens["first"] = world.post(None, "/sessions", body)["token"]
        world.tokens["second"] = world.post(None, "/sessions", body)["token"]
        answer = world.call("first", "DELETE", "/sessions/current")
        assert answer.status_code == 204
        assert answer.get_data() == b""
        world.no("first", "GET", "/me", status=401, code="not_signed_in")
        world.get("second", "/me")


class TestJoining:
    def test_a_stranger_joins_and_is_not_yet_verified(self, world: World) -> None:
        joined = assert_has(_join(world), "id volunteer_number")
        assert joined["volunteer_number"].isdigit()

    def test_a_phone_may_be_missing(self, world: World) -> None:
        assert _join(world, phone=None)["id"] != _join(world, phone=None)["id"]

    @pytest.mark.parametrize("area", ["public_id", "code"])
    def test_the_area_is_an_id_or_a_code(self, world: World, area: str) -> None:
        _join(world, area_id=getattr(world.areas["community"], area))

    def test_a_taken_phone_says_what_to_do(self, world: World) -> None:
        _join(world)
        body = world.no(None, "POST", "/people", _registration(world), status=409, code="phone_taken")
        assert len(body["detail"]) > 10

    def test_consent_must_name_the_notice_in_force(self, world: World) -> None:
        for version in (None, "1999-01-01"):
            body = world.no(
                None,
                "POST",
                "/people",
                _registration(world, consent_version=version),
                status=422,
                code="consent_required",
            )
            assert body["facts"]["consent_version"] == world.get(None, "/privacy-notice")["consent_version"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("phone", "1234"), ("phone", "1234567890123456"), ("phone", "+"), ("phone", "12 34x"), ("name", ""),
            ("name", "   "), ("name", "x" * 1000), ("password", "12345"), ("password", "x" * 129),
            ("area_id", "nowhere"), ("name", "王\u0000"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, world: World, field: str, value: str) -> None:
        body = _registration(world) | {field: value}
        assert field in world.no(None, "POST", "/people", body, status=422, code="validation_failed")["errors"]

    @pytest.mark.parametrize("phone", ["12345", "123456789012345", "+861390000123"])
    def test_phones_are_not_checked_against_number_plans(self, world: World, phone: str) -> None:
        _join(world, phone=phone)
        world.post(None, "/sessions", {"phone": phone, "password": PASSWORD})

    @pytest.mark.parametrize("password", ["246810", "x" * 128])
    def test_passwords_have_6_to_128_characters(self, world: World, password: str) -> None:
        _join(world, password=password)
        world.post(None, "/sessions", {"phone": "13900001234", "password": password})


class TestOneTimeCodes:
    def _issue(self, world: World, who: str = "staff", target: str = "resident", status: int = 201, **body: Any) -> Any:
        return world.post(who, f"/people/{world.person(target).public_id}/one-time-codes", body, status=status)

    def test_a_desk_code_lives_ten_minutes(self, world: World) -> None:
        code = assert_has(self._issue(world), "code payload expires_at")
        assert len(code["code"]) == 10
        assert is_valid(code["code"])
        assert code["payload"].endswith(f"/q/o/{code['code']}")
        assert moment(code["expires_at"]) == world.clock.at + timedelta(minutes=10)
        world.clock.forward(minutes=10, seconds=1)
        world.no(None, "POST", "/sessions", {"one_time_code": code["code"]}, status=401, code="invalid_credentials")

    def test_a_printed_one_lives_seven_days(self, world: World) -> None:
        code = self._issue(world, kind="printed")
        assert moment(code["expires_at"]) == world.clock.at + timedelta(days=7)

    def test_it_signs_in_once(self, world: World) -> None:
        code = self._issue(world)["code"]
        opened = world.post(None, "/sessions", {"one_time_code": code})
        assert opened["user"]["id"] == world.person("resident").public_id
        world.no(None, "POST", "/sessions", {"one_time_code": code}, status=401, code="invalid_credentials")

    @pytest.mark.parametrize(
        "write", [str.lower, lambda code: f"{code[:4]} {code[4:8]}-{code[8:]}", "http://x.example/q/o/{}".format]
    )
    def test_it_may_be_typed_in_any_way(self, world: World, write: Any) -> None:
        world.post(None, "/sessions", {"one_time_code": write(self._issue(world)["code"])})

    def test_it_sets_a_new_password(self, world: World) -> None:
        code = self._issue(world)["code"]
        world.post(None, "/sessions", {"one_time_code": code, "new_password": "975310"})
        phone = world.person("resident").phone
        world.post(None, "/sessions", {"phone": phone, "password": "975310"})

    def test_using_one_verifies(self, world: World) -> None:
        code = self._issue(world, target="unverified")["code"]
        world.post(None, "/sessions", {"one_time_code": code})
        world.earn("unverified", 50)
        offer = world.offer(points=10)
        world.post("unverified", f"/offers/{offer['id']}/vouchers")

    def test_a_mistyped_one_is_named_as_such(self, world: World) -> None:
        code = self._issue(world)["code"]
        wrong = ("0" if code[0] != "0" else "1") + code[1:]
        world.no(None, "POST", "/sessions", {"one_time_code": wrong}, status=422, code="code_invalid")
        swapped = code[1] + code[0] + code[2:]
        if swapped != code:
            world.no(None, "POST", "/sessions", {"one_time_code": swapped}, status=422, code="code_invalid")

    def test_a_well_formed_one_that_is_not_ours_is_invalid_credentials(self, world: World) -> None:
        world.no(None, "POST", "/sessions", {"one_time_code": "0000000000"}, status=401, code="invalid_credentials")

    @pytest.mark.parametrize(
        ("who", "target", "status"),
        [
            ("staff", "resident", 201),
            ("street_admin", "resident", 201),
            ("platform_admin", "homeless", 201),
            ("foreign_staff", "resident", 403),
            ("resident", "neighbour", 403),
            ("clerk", "resident", 403),
            ("staff", "second_staff", 403),
            ("staff", "street_admin", 403),
            ("street_admin", "staff", 201),
        ],
    )
    def test_only_who_may(self, world: World, who: str, target: str, status: int) -> None:
        answer = world.call(who, "POST", f"/people/{world.person(target).public_id}/one-time-codes", {})
        assert answer.status_code in ((status, 404) if status == 403 else (status,))

    def test_nobody_else_is_found(self, world: World) -> None:
        world.no("staff", "POST", "/people/nosuchid0000/one-time-codes", {}, status=404, code="not_found")

    def test_other_kinds_are_refused(self, world: World) -> None:
        path = f"/people/{world.person('resident').public_id}/one-time-codes"
        world.no("staff", "POST", path, {"kind": "sms"}, status=422, code="validation_failed")


class TestReading:
    def test_who_i_am(self, world: World) -> None:
        me = assert_has(
            world.get("resident", "/me"), "id display_name volunteer_number area roles points_balance service_minutes"
        )
        assert me["roles"] == []
        assert (me["points_balance"], me["service_minutes"]) == (0, 0)
        grid = world.areas["grid"]
        assert me["area"] == {"id": grid.public_id, "code": grid.code, "name": grid.name}
        assert world.get("homeless", "/me")["area"] is None

    def test_roles_say_where(self, world: World) -> None:
        community = world.areas["community"]
        place = {"id": community.public_id, "code": community.code, "name": community.name}
        assert world.get("staff", "/me")["roles"] == [{"role": "staff", "area": place, "merchant": None}]
        shop = {"id": world.shop.public_id, "code": world.shop.code, "name": world.shop.name}
        assert world.get("clerk", "/me")["roles"] == [{"role": "merchant_clerk", "area": None, "merchant": shop}]
        assert world.get("platform_admin", "/me")["roles"] == [
            {"role": "platform_admin", "area": None, "merchant": None}
        ]

    def test_areas_are_a_tree(self, world: World) -> None:
        items = world.get(None, "/areas?limit=100")["items"]
        by_id = {assert_has(item, "id code name kind parent_id")["id"]: item for item in items}
        grid = by_id[world.areas["grid"].public_id]
        assert grid["kind"] == "grid"
        assert by_id[grid["parent_id"]]["name"] == "军区社区"
        assert by_id[world.areas["district"].public_id]["parent_id"] is None

    def test_pages_follow_one_another(self, world: World) -> None:
        seen, cursor = [], ""
        for _ in range(10):
            page = world.get(None, f"/areas?limit=2{cursor}")
            seen += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(seen) == len(set(seen)) == 6

    def test_categories_at_first(self, world: World) -> None:
        items = world.get(None, "/task-categories")["items"]
        assert [item["key"] for item in items] == (
            [
                "environment",
                "patrol",
                "elder_care",
                "children",
                "culture",
                "health",
                "safety",
                "traffic",
                "convenience",
                "other",
            ]
        )
        assert all(assert_has(item, "key name")["name"] for item in items)

    def test_the_notice(self, world: World) -> None:
        notice = assert_has(world.get(None, "/privacy-notice"), "consent_version text")
        assert len(notice["text"]) > 100
