"""Are the rows of a branch file a sound tree? Names every bad row with its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

KINDS = ("committee", "general_branch", "branch", "group")

MOST_CODE, MOST_NAME = 40, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchDraft:
    """One row of the file."""

    line: int
    code: str
    name: str
    kind: str
    parent_code: str
    area_code: str


def judge_branches(
    drafts: Sequence[BranchDraft], standing: Mapping[str, str], area_codes: Collection[str]
) -> list[tuple[int, str]]:
    """Return (line, reason) for every bad row; `standing` maps the code of each branch we have to its parent's code."""
    problems: list[tuple[int, str]] = []
    first: dict[str, int] = {}
    parents = {**standing, **{draft.code: draft.parent_code for draft in drafts}}
    for draft in drafts:
        problems += [(draft.line, reason) for reason in _reasons(draft, parents, area_codes)]
        if draft.code in first:
            problems.append((draft.line, f"code {draft.code} stands already on line {first[draft.code]}"))
        first.setdefault(draft.code, draft.line)
    return problems


def _reasons(draft: BranchDraft, parents: Mapping[str, str], area_codes: Collection[str]) -> list[str]:
    reasons = []
    if len(draft.code) > MOST_CODE:
        reasons.append(f"code is longer than {MOST_CODE} characters")
    if len(draft.name) > MOST_NAME:
        reasons.append(f"name is longer than {MOST_NAME} characters")
    if draft.kind not in KINDS:
        reasons.append(f"unknown kind {draft.kind!r}; known: {', '.join(KINDS)}")
    if draft.area_code not in area_codes:
        reasons.append(f"unknown area {draft.area_code!r}")
    if draft.parent_code and draft.parent_code not in parents:
        reasons.append(f"unknown parent {draft.parent_code!r}")
    elif _is_below_itself(draft.code, parents):
        reasons.append("stands below itself")
    return reasons


def _is_below_itself(code: str, parents: Mapping[str, str]) -> bool:
    seen, at = {code}, parents.get(code, "")
    while at and at not in seen:
        seen.add(at)
        at = parents.get(at, "")
    return at == code
