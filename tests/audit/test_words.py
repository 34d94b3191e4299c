"""Every act that a service tells of has a name that people read, in the audit log and on the timeline of who complains."""

from __future__ import annotations

import ast
import re

from flask import Flask

from pointsapp.audit.messages import ACTS, acts_by_group
from pointsapp.stars.models import ProofStep
from tests.house.reading import PACKAGE, tree

KIND = re.compile(r"([a-z]+)\.[a-z_]*[a-z]")  # what ends in _ is put together from a step, each of which has its words
FEATURES = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def _told() -> dict[str, str]:
    """Return each kind of act that stands in a services room, with the file that tells of it."""
    found = {}
    for path in sorted(PACKAGE.glob("*/services/**/*.py")) + sorted(PACKAGE.glob("*/services.py")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                match = KIND.fullmatch(node.value)
                if match and match[1] in FEATURES:
                    found[node.value] = str(path.relative_to(PACKAGE))
    return found


def test_no_act_goes_by_its_key() -> None:
    told = _told()
    assert len(told) > 100, "the services tell of that much, or this looks in the wrong place"
    assert {kind: place for kind, place in told.items() if kind not in ACTS} == {}
    assert {f"stars.proof_{step}" for step in ProofStep} <= set(ACTS)


def test_every_act_is_found_in_one_group_in_both_languages(app: Flask) -> None:
    for language in ("zh", "en"):
        with app.test_request_context(f"/?lang={language}"):
            groups = acts_by_group()
            assert sorted(kind for _word, acts in groups for kind, _name in acts) == sorted(ACTS)
            assert all(0 < len(acts) <= 25 for _word, acts in groups), "a group is read at a glance"


# How an act that is over begins to read, where no word of it ends in -ed; an act that happened by itself says what is so now.
PAST = {
    "began",
    "brought",
    "did",
    "drew",
    "froze",
    "gave",
    "made",
    "put",
    "read",
    "sent",
    "set",
    "told",
    "took",
    "undid",
    "upheld",
    "withdrew",
    "won",
    "wrote",
}
HAPPENED = {"ledger.points_lapsing", "redemption.back_in_stock"}


def test_an_act_is_told_as_done_not_as_a_button(app: Flask) -> None:
    """A word that a button shares would bid the reader do what somebody did: each act has words of its own."""
    with app.test_request_context("/?lang=en"):
        told = {kind: str(name) for kind, name in ACTS.items() if kind not in HAPPENED}
    words = {kind: set(re.findall(r"[a-z]+", name.lower())) for kind, name in told.items()}
    assert {
        kind: told[kind] for kind, said in words.items() if not said & PAST and not any(w.endswith("ed") for w in said)
    } == {}
