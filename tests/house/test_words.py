"""Every sentence a person reads can be said in English too: no Chinese outside gettext, in code or on pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.house.reading import CHINESE, PACKAGE, TEMPLATES, dotted, modules, templates, the_app, tree, where

SAYS = {"_", "_l", "gettext", "lazy_gettext"}  # no ngettext: see pointsapp/web/plurals.py
# file (below pointsapp/) -> why its Chinese is not a sentence on a page
NOT_A_SENTENCE = {
    "config.py": "the brand is the operator's own name",
    "web/filters.py": "weekdays and dates have their own English there",
    "core/masking.py": "compound surnames",
}
# What a template must not say outside gettext: Chinese words, and marks that English has another form of.
CHINESE_MARKS = re.compile(CHINESE.pattern + "|[（），。：；、？！「」《》]")
# Words that read the same in every language: names of languages on the switch.
SAME_EVERYWHERE = {"中文", "简体中文"}


def _docstrings(root: ast.AST) -> set[int]:
    found = set()
    for node in ast.walk(root):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            found |= {
                id(each.value) for each in body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
            }
    return found


def _bare(node: ast.AST, skip: set[int]) -> list[ast.Constant]:
    if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in SAYS:
        return []
    if isinstance(node, ast.Constant):
        is_bare = isinstance(node.value, str) and CHINESE.search(node.value) and id(node) not in skip
        return [node] if is_bare and node.value not in SAME_EVERYWHERE else []
    return [found for child in ast.iter_child_nodes(node) for found in _bare(child, skip)]


def test_the_code_says_nothing_outside_gettext() -> None:
    wrong = []
    for path in modules():
        name = str(path.relative_to(PACKAGE))
        if name in NOT_A_SENTENCE or name.startswith("demo/"):  # the demo's street is written in Chinese
            continue
        root = tree(path)
        wrong += [f"{where(path, node)} {node.value!r}" for node in _bare(root, _docstrings(root))]
    assert wrong == [], "wrap it: _l() at module level, _() in functions"


def _spoken(node: nodes.Node) -> list[tuple[int, str]]:
    """Return the Chinese below `node` that gettext does not see."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAYS:
        return [found for each in (*node.args[1:], *node.kwargs) for found in _spoken(each)]
    found = []
    if isinstance(node, nodes.TemplateData) and CHINESE_MARKS.search(node.data):
        found.append((node.lineno, node.data.strip()))
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and CHINESE_MARKS.search(node.value):
        found.append((node.lineno, node.value))
    for child in node.iter_child_nodes():
        found += _spoken(child)
    return [(line, text) for line, text in found if text not in SAME_EVERYWHERE]


@pytest.mark.parametrize("path", [*templates(), None], ids=lambda path: str(path and path.relative_to(TEMPLATES)))
def test_a_page_says_nothing_outside_gettext(path: Path | None) -> None:
    if path is None:
        return  # keeps the table non-empty in a house without pages
    page = the_app().jinja_env.parse(path.read_text())
    assert _spoken(page) == []
