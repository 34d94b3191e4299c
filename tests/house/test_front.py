"""Of WeUI's sheet only what our pages wear travels, and what they wear is there."""

from __future__ import annotations

import re

from build_hooks.front import WEUI_WORN, worn
from tests.house.reading import ROOT

SHEET = ROOT / "static" / "vendor" / "weui" / "weui.min.css"
WORN = re.compile(r"(?<![-\w])weui-[a-z][\w-]*")  # a class; a variable begins with two dashes

LIBRARY = (
    "/*! name */.wx-root,body{--weui-BG:#fff;--weui-USED:var(--weui-DEEP);--weui-DEEP:rgba(0,0,0,.3)}"
    'body[data-weui-theme="dark"]{--weui-USED:#000}page{color:red}*{margin:0}a,.weui-btn,.weui-cell:not(.a,.b){color:var(--weui-USED)}'
    '@media (min-width:1px){.weui-cell{color:red}.weui-btn::before{content:"} .x{"}}@keyframes spin{0%{top:0}to{top:1px}}'
    '[class*=" weui-icon-"]{width:1em}'
)


def test_a_sheet_without_components_keeps_what_is_about_elements() -> None:
    assert worn(LIBRARY, frozenset()) == (
        "/*! name */\nbody{--weui-USED:var(--weui-DEEP);--weui-DEEP:rgba(0,0,0,.3)}*{margin:0}a{color:var(--weui-USED)}\n"
    )


def test_a_component_that_is_worn_stays_with_what_moves_it() -> None:
    kept = worn(LIBRARY, frozenset({"weui-btn"}))
    assert "a,.weui-btn{color:var(--weui-USED)}" in kept
    assert '@media (min-width:1px){.weui-btn::before{content:"} .x{"}}' in kept
    assert "@keyframes spin" in kept
    assert "weui-cell" not in kept
    assert "weui-icon-" not in kept
    assert '[class*=" weui-icon-"]' in worn(LIBRARY, frozenset({"weui-icon-back"}))


def test_the_components_are_those_of_the_pages() -> None:
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    seen = {name for page in pages for name in WORN.findall(page.read_text("utf-8"))}
    assert seen == WEUI_WORN, "say in build_hooks/front.py which classes of WeUI the pages wear"


def test_the_sheet_on_this_machine_is_the_short_one() -> None:
    sheet = SHEET.read_text("utf-8")
    assert worn(sheet, WEUI_WORN) == sheet, "`make setup` brings it anew"
    assert "WeUI" in sheet.splitlines()[1]
