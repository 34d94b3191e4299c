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
from pointsapp.stars.rules.check import Place, Reason, check_scheme, warn_of
from pointsapp.stars.rules.scheme import Scheme, read_scheme

# Words of stars' messages.py: both change together.
TWO_IN_FORCE = (
    "version {version} is in force from {day}, too: two versions cannot be in force at once; "
    "name another quarter, or say in the file replaces: {version}"
)
BEGINS_LATER = "version {version} begins later, on {day}: a higher version cannot begin before it"
OTHER_CONTENT = "version {version} of {code} stands with other content: give the change a new number"
ANOTHER_DATE = "version {version} is in force from {day}; another date is a new version"
NO_SUCH_VERSION = "there is no version {version} to replace; there are {known}"
HAS_BEGUN = "version {version} has been in force: a version is only replaced before it begins"
NO_FIRST_DAY = "a version comes into force with a quarter's first day, and {day} is none: name {before} or {after}"
IS_OVER = "the quarter from {day} is over, and no finished quarter is rewritten: name {quarter} or later"
ROUND_HAS_BEGUN = "the round from {day} has begun and keeps its rules: name {following} or later"


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
            self._say("version {version} is older than version {newest}", version=self.version, newest=newest)
        replaced = self._replaced()
        day = asked or (replaced.starts_on if replaced else self.following if self.known else self.quarter)
        self._judge_day(day)
        for one in _standing(self.known) if not self.problems else ():
            if one is replaced:
                continue
            if one.starts_on == day:
                self._say(TWO_IN_FORCE, version=one.version, day=day)
            elif one.starts_on > day:
                self._say(BEGINS_LATER, version=one.version, day=one.starts_on)
        return day

    def _again(self, same: SchemeVersion, asked: date | None) -> date:
        if same.digest != self.digest:
            self._say(OTHER_CONTENT, version=self.version, code=self.code)
        elif asked not in (None, same.starts_on):
            self._say(ANOTHER_DATE, version=self.version, day=same.starts_on)
        return same.starts_on

    def _replaced(self) -> SchemeVersion | None:
        if self.replaces is None:
            return None
        found = next((one for one in _standing(self.known) if one.version == self.replaces), None)
        if found is None:
            standing = ", ".join(str(one.version) for one in _standing(self.known)) or "none"
            self._say(NO_SUCH_VERSION, "replaces", version=self.replaces, known=standing)
        elif found.starts_on <= self.quarter:
            self._say(HAS_BEGUN, "replaces", version=found.version)
        return found

    def _judge_day(self, day: date) -> None:
        if clock.quarter_of(day)[0] != day:
            self._say(NO_FIRST_DAY, day=day, before=clock.quarter_of(day)[0], after=clock.next_quarter(day))
        elif day < self.quarter:
            self._say(IS_OVER, day=day, quarter=self.quarter)
        elif day in self.begun:
            self._say(ROUND_HAS_BEGUN, day=day, following=self.following)

    def _say(self, template: str, key: str = "version", **facts: Any) -> None:
        self.problems.append(((key,), Reason(template, **facts)))
