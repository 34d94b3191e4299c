"""The access log at the door: what an answer shows of other people's names is written down before the answer leaves.

Whoever reads asks for it with GET, and a log is not the state GET must leave alone; but no name is shown that is not on record: if
the line cannot be written, the answer is not given.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, g

from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.transaction import write
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries import (
    BranchRow,
    EvidenceRow,
    ObjectionRow,
    PaperLineRow,
    PaperRow,
    ProofRow,
    RoundRow,
    StarDetail,
)
from pointsapp.stars.queries.evidence import main_metric
from pointsapp.stars.services import Opened, keep_access, opened_objection, opened_paper, opened_piece, opened_rows
from pointsapp.web.browsers import will_be_lost
from pointsapp.web.login import current_actor


def note(*opened: Opened) -> None:
    """Remember what this answer shows."""
    if opened:
        g.setdefault("opened", []).extend(opened)


def note_rows(
    actor: Actor | None, found: RoundRow, branch: BranchRow, rows: Iterable[EvidenceRow], *, members_only: bool = False
) -> None:
    """Remember rows that an officer reads with names; who reads them masked is not on record."""
    if may_read_names(actor, branch.area_path):
        note(*opened_rows(found, branch, rows, members_only=members_only))


def note_stars(actor: Actor | None, found: RoundRow, branch: BranchRow, stars: Iterable[StarDetail]) -> None:
    """Remember the rows that a drill-down shows, each kind of evidence once."""
    shown: dict[tuple[str, bool], tuple[EvidenceRow, ...]] = {}
    for star in stars:
        for one in star.indicators:
            metric = main_metric(one.indicator)
            if metric is not None and one.evidence:
                shown[metric.evidence or "", metric.shows_members] = one.evidence
    for (_evidence, members_only), rows in shown.items():
        note_rows(actor, found, branch, rows, members_only=members_only)


def note_pieces(actor: Actor | None, found: RoundRow, branch: BranchRow, pieces: Iterable[ProofRow]) -> None:
    """Remember the internal pieces whose words an officer reads."""
    if may_read_names(actor, branch.area_path):
        note(*(opened_piece(found, branch, one.public_id) for one in pieces if not one.is_public))


def note_objection(actor: Actor, found: RoundRow, row: ObjectionRow) -> None:
    """Remember that somebody else's objection is read with their name."""
    if row.by_id != actor.person_id:
        note(opened_objection(found, row.branch, row.public_id))


def note_paper(actor: Actor, sheet: PaperRow, lines: Iterable[PaperLineRow]) -> None:
    """Remember that the people of a sheet are read by name; one's own line is one's own."""
    others = sum(line.person_id != actor.person_id for line in lines)
    if others:
        note(opened_paper(sheet, others))


def keep_opened(response: Response) -> Response:
    """Write down what this answer shows; hung onto the blueprints that show names. A file that WeChat drops shows nothing."""
    opened, actor = g.pop("opened", None), current_actor()
    if opened and actor is not None and response.status_code == 200 and not will_be_lost(response):
        write(keep_access, actor, opened, now=now())
    return response
