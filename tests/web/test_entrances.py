"""A link stands where the page behind it opens, and nowhere else: for every role, every page of the console's navigation."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session

from pointsapp.core.actor import AREA_ROLES, Role
from pointsapp.people.models import Person
from pointsapp.web.entrances import entrances
from tests import factories as make
from tests.conftest import HouseClient
from tests.house.reading import TEMPLATES

ROLES = [*sorted([*AREA_ROLES, Role.PLATFORM_ADMIN, Role.MERCHANT_CLERK]), "resident"]


# What base_console.html lists; the others are linked from pages.
IN_NAVIGATION = set(re.findall(r"_\('[^']+'\), '(\w+\.\w+)'\)", (TEMPLATES / "base_console.html").read_text()))


def person_as(session: Session, role: str) -> Person:
    street = make.make_tree(session)["street"]
    if role == Role.PLATFORM_ADMIN:
        return make.make_platform_admin(session)
    if role == Role.MERCHANT_CLERK:
        return make.make_clerk(session, make.make_merchant(session, street))
    return make.make_person(session, street) if role == "resident" else make.make_staff(session, street, Role(role))


@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_for_whom_its_link_is_shown(app: Flask, client: HouseClient, session: Session, role: str) -> None:
    person = person_as(session, role)
    actor = make.actor_of(session, person)
    client.sign_in(person)
    with app.test_request_context():
        addresses = {endpoint: url_for(endpoint) for endpoint in entrances()}
    may = {endpoint for endpoint, asks in entrances().items() if asks(actor)}
    opened = {endpoint: client.get(address) for endpoint, address in addresses.items()}
    assert {endpoint for endpoint, page in opened.items() if page.status_code != 403} == may
    for endpoint in may & {*IN_NAVIGATION, "console.show_figures"}:
        nav = re.search(r'<ul class="side-nav">(.*?)</ul>', opened[endpoint].text, re.S)
        assert nav is not None, f"{endpoint} shows no navigation"
        shown = set(re.findall(r'<a href="([^"]+)"', nav[1]))
        assert shown == {addresses[each] for each in may & IN_NAVIGATION}
    if "statistics.show_statistics" in may:
        page = client.get(addresses["statistics.show_statistics"]).text
        assert (f'href="{addresses["console.show_figures"]}"' in page) == ("console.show_figures" in may)


@pytest.mark.parametrize("role", ROLES)
def test_no_link_of_ones_first_pages_answers_that_one_may_not(client: HouseClient, session: Session, role: str) -> None:
    client.sign_in(person_as(session, role))
    seen: set[str] = set()
    for page in ("/", "/me", "/console/budgets", "/console/stars"):
        shown = client.get(page)
        if shown.status_code == 200:
            seen |= {unescape(href).partition("#")[0] for href in re.findall(r'<a [^>]*href="(/[^"]*)"', shown.text)}
    assert len(seen) > 10
    assert {href for href in seen if client.get(href).status_code == 403} == set()


def test_links_stand_where_their_pages_open(client: HouseClient, session: Session) -> None:
    clerk = person_as(session, Role.MERCHANT_CLERK)
    for page in ("/", "/me"):
        text = client.sign_in(clerk).get(page).text
        assert 'href="/till"' in text
        assert 'href="/inspections' not in text
