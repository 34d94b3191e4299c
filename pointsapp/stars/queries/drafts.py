"""A scheme file before it counts: is it sound, from when would it be in force, and what would it change in the current round?

Reading only: the import asks here, and so do `stars check`, `stars preview` and the street office's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from json import dumps
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.table_file import BadFile
from pointsapp.stars.models import Round, SchemeVersion
from pointsapp.stars.policies import COUNTED_SHARE_PERCENT, MAY_BE_NAMED
from pointsapp.stars.queries.metrics import CATALOGUE, METRICS
from pointsapp.stars.rules.check import Place, check_scheme, warn_of
from pointsapp.stars.rules.scheme import Scheme, read_scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A sound file. `warnings` are (line, words); `is_repeat` says that this version is stored already, with this content."""

    definition: dict[str, Any]
    digest: str
    starts_on: date
    is_repeat: bool
    warnings: tuple[tuple[int, str], ...]

    @property
    def code(self) -> str:
        return str(self.definition["code"])

    @property
    def version(self) -> int:
        return int(self.definition["version"])

    def scheme(self, *, english: bool = False) -> Scheme:
        return read_scheme(self.definition, english=english)


def judge_draft(
    session: Session, document: Any, lines: Mapping[Place, int], *, starts_on: date | None = None, now: datetime
) -> Draft:
    """Return the draft in `document`; raise BadFile naming every mistake with its line.

    What is wrong within the file is said first; when it is sound, whether it can stand beside the versions there are.
    """
    informational = CATALOGUE.keys() - METRICS.keys()
    definition, problems = check_scheme(document, METRICS, informational=informational, roles=MAY_BE_NAMED)
    if problems:
        raise BadFile([(line_of(lines, place), reason) for place, reason in problems])
    digest = sha256(dumps(definition, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    known = session.scalars(
        select(SchemeVersion).where(SchemeVersion.code == definition["code"]).order_by(SchemeVersion.version)
    ).all()
    begun = session.scalars(select(Round.starts_on).where(Round.scheme_code == definition["code"])).all()
    beside = _Beside(definition, digest, known, begun, clock.local_day(now))
    day = beside.starts_on(starts_on)
    if beside.problems:
        raise BadFile([(line_of(lines, place), reason) for place, reason in beside.problems])
    share = policy.value(session, COUNTED_SHARE_PERCENT, now=now)
    warnings = warn_of(document, definition, counted_share=share)
    return Draft(
        definition=definition,
        digest=digest,
        starts_on=day,
        is_repeat=beside.same is not None,
        warnings=tuple(sorted((line_of(lines, place), words) for place, words in warnings)),
    )


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of `place`, or of the nearest part around it that has one."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def versions_in_force(versions: Iterable[SchemeVersion], day: date) -> dict[str, SchemeVersion]:
    """Return each scheme's version in force on `day`: the last to begin, without those that were replaced before they did."""
    found: dict[str, SchemeVersion] = {}
    everything = list(versions)
    for one in _standing(everything):
        if one.starts_on <= day and (one.code not in found or one.starts_on > found[one.code].starts_on):
            found[one.code] = one
    return found


def _standing(versions: Sequence[SchemeVersion]) -> list[SchemeVersion]:
    replaced = {(one.code, one.replaces) for one in versions}
    return [one for one in versions if (one.code, one.version) not in replaced]


class _Beside:
    """Can this version stand beside those there are? No finished or running quarter changes its rules, and no two are in force at once."""

    def __init__(
        self,
        definition: dict[str, Any],
        digest: str,
        known: Sequence[SchemeVersion],
        begun: Sequence[date],
        today: date,
    ) -> None:
        self.code, self.version = definition["code"], definition["version"]
        self.replaces: int | None = definition.get("replaces")
        self.known, self.begun, self.digest = known, begun, digest
        self.quarter, self.following = clock.quarter_of(today)[0], clock.next_quarter(today)
        self.problems: list[tuple[Place, str]] = []
        self.same = next((one for one in known if one.version == self.version), None)

    def starts_on(self, asked: date | None) -> date:
        """Return when the version comes into force; `problems` says why it cannot."""
        if self.same is not None:
            return self._again(self.same, asked)
        newest = max((one.version for one in self.known), default=0)
        if self.version < newest:
            self._say(f"version {self.version} is older than version {newest}")
        replaced = self._replaced()
        day = asked or (replaced.starts_on if replaced else self.following if self.known else self.quarter)
        self._judge_day(day)
        for one in _standing(self.known) if not self.problems else ():
            if one is replaced:
                continue
            if one.starts_on == day:
                words = "two versions cannot be in force at once; name another quarter, or say in the file"
                self._say(f"version {one.version} is in force from {day}, too: {words} replaces: {one.version}")
            elif one.starts_on > day:
                self._say(
                    f"version {one.version} begins later, on {one.starts_on}: a higher version cannot begin before it"
                )
        return day

    def _again(self, same: SchemeVersion, asked: date | None) -> date:
        if same.digest != self.digest:
            words = "stands with other content: give the change a new number"
            self._say(f"version {self.version} of {self.code} {words}")
        elif asked not in (None, same.starts_on):
            self._say(f"version {self.version} is in force from {same.starts_on}; another date is a new version")
        return same.starts_on

    def _replaced(self) -> SchemeVersion | None:
        if self.replaces is None:
            return None
        found = next((one for one in _standing(self.known) if one.version == self.replaces), None)
        if found is None:
            standing = ", ".join(str(one.version) for one in _standing(self.known)) or "none"
            self._say(f"there is no version {self.replaces} to replace; there are {standing}", "replaces")
        elif found.starts_on <= self.quarter:
            words = "has been in force: a version is only replaced before it begins"
            self._say(f"version {found.version} {words}", "replaces")
        return found

    def _judge_day(self, day: date) -> None:
        if clock.quarter_of(day)[0] != day:
            words = f"name {clock.quarter_of(day)[0]} or {clock.next_quarter(day)}"
            self._say(f"a version comes into force with a quarter's first day, and {day} is none: {words}")
        elif day < self.quarter:
            self._say(
                f"the quarter from {day} is over, and no finished quarter is rewritten: name {self.quarter} or later"
            )
        elif day in self.begun:
            self._say(f"the round from {day} has begun and keeps its rules: name {self.following} or later")

    def _say(self, words: str, key: str = "version") -> None:
        self.problems.append(((key,), words))
