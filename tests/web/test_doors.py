"""Every door as a guest, as a resident and as the platform's administrator, from the address map: a new route cannot be forgotten."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from pointsapp.core.actor import Role
from pointsapp.web.guard import LIBRARY_VIEWS, is_public
from tests.conftest import HouseClient
from tests.factories import grant, make_person, make_tree
from tests.house.reading import the_app


def _rules(method: str) -> list[Rule]:
    return sorted(
        (
            rule
            for rule in the_app().url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint not in LIBRARY_VIEWS
        ),
        key=lambda rule: rule.rule,
    )


def _address(rule: Rule) -> str:
    """Return an address of `rule` with a name in each place that nothing has."""
    filled = re.sub(r"<int:[^>]+>", "999999", rule.rule)
    return re.sub(r"<[^>]+>", "nosuchid0000", filled)


GETS, POSTS = _rules("GET"), _rules("POST")
DELETES = _rules("DELETE")
CONSOLE = [rule for rule in GETS if rule.rule.startswith("/console") and rule.rule != "/console/"]
PLAIN_PAGES = [rule for rule in GETS if not rule.arguments and not rule.rule.startswith("/api/v1")]


def _is_api(rule: Rule) -> bool:
    return rule.rule.startswith("/api/")


def _name(rule: Rule) -> str:
    return rule.rule


@pytest.mark.parametrize("rule", GETS, ids=_name)
def test_a_guest_reads_only_what_is_public(client: HouseClient, rule: Rule) -> None:
    answer = client.get(_address(rule))
    if is_public(client.application, rule.endpoint):
        assert answer.status_code in (200, 302, 303, 404, 410, 422, 503), answer.status_code
        assert "/sign-in" not in answer.headers.get("Location", "") or rule.endpoint == "home.show_home"
    elif _is_api(rule):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("rule", POSTS, ids=_name)
def test_a_guest_writes_only_where_it_is_public(client: HouseClient, rule: Rule) -> None:
    address = _address(rule)
    answer = client.post(address, json={}) if _is_api(rule) else client.post(address, data={})
    if is_public(client.application, rule.endpoint):
        assert answer.status_code in (200, 303, 401, 403, 404, 409, 410, 422)
    elif _is_api(rule):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")
    else:
        assert answer.status_code == 401, "the sign-in page, with what was typed riding along"
        assert "parked_to" in answer.get_data(as_text=True)


@pytest.mark.parametrize("rule", DELETES, ids=_name)
def test_a_guest_deletes_nothing(client: HouseClient, rule: Rule) -> None:
    answer = client.delete(_address(rule))
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("rule", [rule for rule in POSTS if not _is_api(rule)], ids=_name)
def test_a_form_without_its_token_changes_nothing(client: HouseClient, rule: Rule) -> None:
    answer = client.post(_address(rule), data={"csrf_token": "forged"})
    assert answer.status_code in (401, 422), answer.status_code


@pytest.mark.parametrize("rule", CONSOLE or [None], ids=str)
def test_a_resident_has_no_business_at_the_console(client: HouseClient, session: Session, rule: Rule | None) -> None:
    if rule is None:
        return
    client.sign_in(make_person(session, make_tree(session)["grid"]))
    assert client.get(_address(rule)).status_code in (303, 403, 404)


@pytest.mark.parametrize("rule", PLAIN_PAGES, ids=_name)
def test_every_page_opens_on_an_empty_database(client: HouseClient, session: Session, rule: Rule) -> None:
    boss = make_person(session, make_tree(session)["street"])
    grant(session, boss, Role.PLATFORM_ADMIN)
    for language in ("zh", "en"):
        answer = client.sign_in(boss).get(f"{rule.rule}?lang={language}")
        # 403 and 404: a till without a shop, an unconfigured /metrics, a wall without a round
        assert answer.status_code in (200, 302, 303, 403, 404), answer.status_code


@pytest.mark.parametrize("rule", [rule for rule in POSTS if not _is_api(rule)], ids=_name)
def test_no_empty_or_strange_form_breaks_a_door(client: HouseClient, session: Session, rule: Rule) -> None:
    boss = make_person(session, make_tree(session)["street"])
    grant(session, boss, Role.PLATFORM_ADMIN)
    for typed in ({}, {"nonsense": "x"}, {"request_id": "x" * 500}):
        answer = client.sign_in(boss).post(_address(rule), data=dict(typed))
        assert answer.status_code < 500
