"""Pages keep the content security policy and the look: nothing inline, nothing from elsewhere, nothing unescaped."""

from __future__ import annotations

import re

from flask import Flask

from pointsapp.web.entrances import entrances
from tests.house.reading import TEMPLATES, templates

INLINE = re.compile(r"""<[a-z][^>]*?\s(style|on[a-z]+)\s*=\s*["'{]""", re.I | re.S)
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)[^>]*>", re.I)
STYLE = re.compile(r"<style\b", re.I)
ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.I)
UNESCAPED = re.compile(r"\|\s*safe\b|{%-?\s*autoescape\s+false")
# page -> why what it prints needs no escaping
UNESCAPED_BY_DESIGN = {"_parts/qr.html": "an SVG that web/qr.py draws from numbers only"}
COMMENT = re.compile(r"{#.*?#}", re.S)
FIELD = re.compile(
    r"{{ (?:field|textarea|select|checkbox|radio_group)\('(\w+)'((?:(?!}}).)*)}}|{%-? *(for|endfor)\b", re.S
)
ENTRANCE = re.compile(r"\bentrance\(\s*['\"]([\w.]+)['\"]")
JOBS = re.compile(r"{% set jobs = \[(.*?)\] %}", re.S)
# page and field -> why it stands on the page once, although its template has it more than once
NEVER_TOGETHER = {
    "console/policy.html value": "a switch or a text, never both",
    "contest/pledge.html reason": "reported and judged in different states; the withdrawal says of= itself",
    "inspections/finding.html text": "answered in one state, looked at again in another",
    "stars/plan_item.html reason": "an accepted item is returned, another one taken down",
}


def _found(pattern: re.Pattern[str]) -> list[str]:
    wrong = []
    for path in templates():
        text = COMMENT.sub("", path.read_text())
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            wrong.append(f"{path.relative_to(TEMPLATES)}:{line} {match.group(0)[-40:]}")
    return wrong


def test_no_page_carries_inline_style_or_script() -> None:
    assert _found(INLINE) + _found(SCRIPT) + _found(STYLE) == []


def test_no_page_loads_anything_from_elsewhere() -> None:
    assert _found(ELSEWHERE) == []


def test_no_page_prints_unescaped_text() -> None:
    assert [line for line in _found(UNESCAPED) if line.split(":")[0] not in UNESCAPED_BY_DESIGN] == []


def test_every_entrance_a_template_asks_for_is_registered(app: Flask) -> None:
    """`entrance()` of an unknown page is a KeyError: each literal, and each row of the console's navigation, names a known one."""
    asked = {name for path in templates() for name in ENTRANCE.findall(COMMENT.sub("", path.read_text()))}
    jobs = JOBS.search((TEMPLATES / "base_console.html").read_text())
    assert jobs is not None, "the navigation of the console is read from its list of jobs"
    listed = re.findall(r"'(\w+\.\w+)'\)", jobs[1])
    assert len(listed) >= 10
    assert asked
    assert (asked | set(listed)) - set(entrances()) == set()
    assert set(entrances()) <= set(app.view_functions)


def test_two_forms_of_a_page_do_not_share_a_fields_id() -> None:
    shared = set()
    for path in templates():
        depth, seen = 0, set()
        for name, rest, loop in FIELD.findall(COMMENT.sub("", path.read_text())):
            depth += {"for": 1, "endfor": -1}.get(loop, 0)
            if loop or re.search(r"\bof=", rest):
                continue
            if depth or name in seen:
                shared.add(f"{path.relative_to(TEMPLATES)} {name}")
            seen.add(name)
    assert shared - set(NEVER_TOGETHER) == set(), "say which form it is: of=... at the field and at its form_trouble"
    assert set(NEVER_TOGETHER) - shared == set()
