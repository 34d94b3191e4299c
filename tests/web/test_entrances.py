"""A link stands where the page behind it opens, and nowhere else: for every role, every page of the console's navigation."""

from __future__ import annotations

import re

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session

from pointsapp.core.actor import AREA_ROLES, Role
from pointsapp.people.models import Person
from pointsapp.web.entrances import entrances
from tests import factories as make
from tests.conftest import HouseClient

ROLES = [*sorted([*AREA_ROLES, Role.PLATFORM_ADMIN, Role.MERCHANT_CLERK]), "resident"]


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
    for endpoint in may:
        nav = re.search(r'<ul class="side-nav">(.*?)</ul>', opened[endpoint].text, re.S)
        assert nav is not None, f"{endpoint} shows no navigation"
        shown = set(re.findall(r'<a href="([^"]+)"', nav[1]))
        assert shown == {addresses[each] for each in may} - {addresses["console.show_figures"]}
    if "statistics.show_statistics" in may:
        page = client.get(addresses["statistics.show_statistics"]).text
        assert (f'href="{addresses["console.show_figures"]}"' in page) == ("console.show_figures" in may)
