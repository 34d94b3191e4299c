"""docs/security.md names only what exists, and its numbers are the shipped ones."""

from __future__ import annotations

import re

from pointsapp.core.codes import PERSONAL_LENGTH, VENUE_LENGTH, VOUCHER_LENGTH
from pointsapp.people.policies import FAILURES_PER_ACCOUNT, FAILURES_PER_ACCOUNT_DAY, FAILURES_PER_ADDRESS
from pointsapp.web.guesses import PER_ADDRESS, PER_PERSON, PER_SHOP
from pointsapp.web.login import RESIDENT_DAYS, STAFF_HOURS
from pointsapp.web.security import PER_PERSON as FLOOD
from tests.house.reading import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = re.compile(r"`((?:pointsapp|tests|docs|static|deploy)/[^`]*|[\w.-]+\.(?:txt|json))`")


def test_every_file_it_names_exists() -> None:
    named = set(NAMED.findall(PAGE))
    assert len(named) > 40
    assert sorted(name for name in named if not any(ROOT.glob(name))) == []


def test_its_numbers_are_the_shipped_ones() -> None:
    for said in (
        f"{FAILURES_PER_ACCOUNT.default} in 15 min, {FAILURES_PER_ACCOUNT_DAY.default} in a day",
        f"| {FAILURES_PER_ADDRESS.default:,} in 15 min",
        f"{PER_PERSON.default} in 15 min per person, {PER_SHOP.default} per shop; guests {PER_ADDRESS.default:,} per address",
        f"| {FLOOD.replace(' per minute', '')} a minute |",
        f"voucher, {VOUCHER_LENGTH} characters | {5 * (VOUCHER_LENGTH - 1)} |",
        f"personal code, {PERSONAL_LENGTH} | {5 * (PERSONAL_LENGTH - 1)} |",
        f"venue code, {VENUE_LENGTH}, new every 30 s | {5 * (VENUE_LENGTH - 1)} |",
        f"for {RESIDENT_DAYS} days, people with a role for {STAFF_HOURS} hours",
        f"{PER_SHOP.default * 96:,} per shop",
    ):
        assert said in PAGE, said
