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

from pointsapp.areas.models import AreaKind
from pointsapp.core import clock, policy
from pointsapp.core.table_file import BadFile
from pointsapp.stars.models import Round, SchemeVersion
from pointsapp.stars.policies import COUNTED_SHARE_PERCENT, MAY_BE_NAMED
from pointsapp.stars.queries.metrics import CATALOGUE, METRICS
from pointsapp.stars.queries.reach import TWO_FOR_ALL, judge_reach
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
NO_SUCH_SCHEME = "there is no scheme {code} in force on {day} to succeed; there are {known}"
SUCCEEDED_HAS_BEGUN = "the round of {code} from {day} has begun and goes on to its end: name {following} or later"
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
    session: Session,
    document: Any,
    lines: Mapping[Place, int],
    *,
    starts_on: date | None = None,
    is_trial: bool = True,
    now: datetime,
) -> Draft:
    """Return the draft in `document`; raise BadFile naming every mistake with its line.

    What is wrong within the file is said first; when it is sound, whether it can stand beside the versions there are. On a trial,
    which stores nothing, a scheme for branches that another one is for, too, is only warned of it.
    """
    informational = CATALOGUE.keys() - METRICS.keys()
    definition, problems = check_scheme(
        document, METRICS, informational=informational, roles=MAY_BE_NAMED, area_kinds=[kind.value for kind in AreaKind]
    )
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
    if beside.same is None:
        others = in_force_from(session.scalars(select(SchemeVersion)), day, without=definition["code"])
        following = clock.next_quarter(clock.local_day(now))
        problems = _judge_succession(session, definition, known, others, day, following)
        # What it succeeds ends with its first day; a version that begins later would stand beside it.
        rivals = [one for one in others if one.code != definition.get("succeeds") or one.starts_on > day]
        shared = judge_reach(session, definition, rivals, day, following)
        for_all = [each for each in shared if isinstance(each[1], Reason) and each[1].template == TWO_FOR_ALL]
        problems += [each for each in shared if not is_trial or each not in for_all]
        warnings = [*warnings, *for_all]
        if problems:
            raise BadFile([(line_of(lines, place), reason) for place, reason in problems])
    return Draft(
        definition=definition,
        digest=digest,
        starts_on=day,
        is_repeat=beside.same is not None,
        warnings=tuple(sorted((line_of(lines, place), words) for place, words in warnings)),
    )


def _judge_succession(
    session: Session,
    definition: dict[str, Any],
    known: Iterable[SchemeVersion],
    others: Iterable[SchemeVersion],
    day: date,
    following: date,
) -> list[tuple[Place, str]]:
    """Return what is wrong with the scheme that a draft succeeds: it is in force until then, and its running round goes on."""
    code, place = definition.get("succeeds"), ("succeeds",)
    if code is None or code in {
        one.definition.get("succeeds") for one in known
    }:  # an earlier version has followed it already
        return []
    there = sorted({one.code for one in others if one.starts_on <= day})
    if code not in there:
        return [(place, Reason(NO_SUCH_SCHEME, code=code, day=day, known=", ".join(there) or "none"))]
    begun = session.scalar(select(Round.id).where(Round.scheme_code == code, Round.starts_on == day))
    return [(place, Reason(SUCCEEDED_HAS_BEGUN, code=code, day=day, following=following))] if begun else []


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of `place`, or of the nearest part around it that has one."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def versions_in_force(versions: Iterable[SchemeVersion], day: date) -> dict[str, SchemeVersion]:
    """Return each scheme's version in force on `day`: the last to begin, without those that were replaced before they did.

    A scheme that another one succeeds is in force no more from the other's first day on.
    """
    found: dict[str, SchemeVersion] = {}
    begun = [one for one in _standing(list(versions)) if one.starts_on <= day]
    for one in begun:
        if one.code not in found or one.starts_on > found[one.code].starts_on:
            found[one.code] = one
    ended = {
        code
        for one in begun
        for code in (one.definition.get("succeeds"),)
        if code in found and found[code].starts_on <= one.starts_on
    }
    return {code: one for code, one in found.items() if code not in ended}


def in_force_from(versions: Iterable[SchemeVersion], day: date, *, without: str) -> list[SchemeVersion]:
    """Return the versions of every other scheme that are in force on `day` or come into force later."""
    everything = list(versions)
    later = [one for one in _standing(everything) if one.starts_on > day]
    return [one for one in (*versions_in_force(everything, day).values(), *later) if one.code != without]


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
        self.waits = bool(known) or "succeeds" in definition  # for the next quarter: what runs goes on to its end
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
        day = asked or (replaced.starts_on if replaced else self.following if self.waits else self.quarter)
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
