"""Pure decisions about the tree: which kind may stand below which, and what is wrong with a list of areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pointsapp.core.letters import is_fit, is_seen

CODE_MOST, NAME_MOST = 40, 60
MAX_DEPTH = 20  # a path must fit its column; real trees are five deep

# A kind stands below any kind of a smaller rank: a city may have no streets, a street may lead grids itself.
RANK = {"district": 0, "street": 1, "community": 2, "grid": 3, "special_grid": 3, "micro_grid": 4}
ROOT_MOST = 2  # what may stand alone at the top: a district, a street, a community


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """One row of an import: its line in the file, and what it says. An empty `parent_code` is a root."""

    line: int
    code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an area stands in the tree now."""

    kind: str
    parent_code: str


def judge_areas(drafts: Iterable[AreaDraft], standing: Mapping[str, Standing]) -> list[tuple[int, str]]:
    """Return (line, reason) for everything wrong with `drafts` put onto the tree that stands; [] when all is well."""
    drafts = list(drafts)
    problems: list[tuple[int, str]] = []
    line_of: dict[str, int] = {}
    tree = dict(standing)
    for draft in drafts:
        problems += [(draft.line, reason) for reason in _wrong_cells(draft)]
        if draft.code in line_of:
            problems.append((draft.line, f"code {draft.code!r} stands on line {line_of[draft.code]} already"))
            continue
        line_of[draft.code] = draft.line
        tree[draft.code] = Standing(kind=draft.kind, parent_code=draft.parent_code)
    for draft in drafts:
        if line_of[draft.code] == draft.line and draft.kind in RANK:
            problems += [(draft.line, reason) for reason in _wrong_place(draft, tree)]
    # A changed kind may also break what stands below it and is not in the file.
    for code, area in standing.items():
        parent = tree.get(area.parent_code)
        if code not in line_of and area.parent_code in line_of and parent is not None and not _may_nest(area, parent):
            problems.append(
                (line_of[area.parent_code], f"{code!r} below it is a {area.kind}, not below a {parent.kind}")
            )
    return sorted(set(problems))


def _may_nest(area: Standing, parent: Standing) -> bool:
    return RANK.get(area.kind, 99) > RANK.get(parent.kind, 0)


def _wrong_cells(draft: AreaDraft) -> list[str]:
    reasons = []
    if draft.kind not in RANK:
        reasons.append(f"kind {draft.kind[:40]!r} is none of {', '.join(RANK)}")
    if len(draft.code) > CODE_MOST:
        reasons.append(f"code is longer than {CODE_MOST} characters")
    if len(draft.name) > NAME_MOST:
        reasons.append(f"name is longer than {NAME_MOST} characters")
    if not draft.code.isprintable() or any(char.isspace() for char in draft.code):
        reasons.append("code holds spaces or control characters")
    if not is_seen(draft.name) or not is_fit(draft.name):
        reasons.append("name holds control characters")
    return reasons


def _wrong_place(draft: AreaDraft, tree: Mapping[str, Standing]) -> list[str]:
    if not draft.parent_code:
        if RANK[draft.kind] > ROOT_MOST:
            return [f"a {draft.kind} needs a parent_code"]
        return []
    parent = tree.get(draft.parent_code)
    if parent is None:
        return [f"parent_code {draft.parent_code[:CODE_MOST]!r} is not known"]
    seen, above = {draft.code}, draft.parent_code
    while above:
        if above in seen:
            return [f"{draft.code!r} would stand below itself"]
        seen.add(above)
        if len(seen) > MAX_DEPTH:
            return [f"deeper than {MAX_DEPTH} levels"]
        above = tree[above].parent_code if above in tree else ""
    if parent.kind in RANK and not _may_nest(tree[draft.code], parent):
        return [f"a {draft.kind} does not stand below a {parent.kind}"]
    return []


class Change(StrEnum):
    """What an import did with an area."""

    ADDED = "added"
    CHANGED = "changed"
    KEPT = "kept"
