"""Manual evidence 人工补充: handed in at the desk or on a phone, read, published, withdrawn; its files are only ever saved, not shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import uploads
from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.stars.errors import FileKindRefused, FileTooLarge
from pointsapp.stars.messages.proofs import FLAWS
from pointsapp.stars.pages.door import WORDS, attic, bp, the_round
from pointsapp.stars.pages.showing import note, note_pieces
from pointsapp.stars.policies import may_give_proof, may_publish_proof, may_read_names
from pointsapp.stars.queries import changes_of_proof, file_of, find_branch, items_of, piece, pieces_of
from pointsapp.stars.rules.scheme import Source
from pointsapp.stars.schemas import ProofForm, ProofUseForm, PublicationForm, WithdrawForm
from pointsapp.stars.services import (
    GiveProof,
    KeptFile,
    give_proof,
    opened_piece,
    publish_proof,
    use_proof,
    withdraw_proof,
)
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor

MOST_MB = 10


@bp.get("/console/stars/<string:branch_id>/proofs")
def show_console_proofs(branch_id: str) -> str:
    """What a branch handed in this quarter, and the form to hand in one more; what is counted anyway is not asked for."""
    return _console_proofs(branch_id, blank(uses=request.args.getlist("use")))


@bp.post("/console/stars/<string:branch_id>/proofs")
def submit_proof(branch_id: str) -> ResponseReturnValue:
    """Hand in a note, a file or a picture."""
    form = bind(ProofForm(), posted(branch_id=branch_id))

    def act(command: GiveProof) -> ResponseReturnValue:
        require(may_give_proof(signed_in(), find_branch(db.session, branch_id).area_path))
        file, content = _handed_in()
        beside = file.given_sha256 if file else ""
        answer = write_page(
            give_proof, signed_in(), replace(command, file=file), then=_then(_("材料已记入台账")), beside=beside
        )
        if file is not None:  # once more: had it lain there unnamed for long, it may just have been swept
            attic().keep(content)
        return answer

    return form.submit(act, or_show=lambda: _console_proofs(branch_id, form))


@bp.get("/stars/<string:branch_id>/proofs/<string:proof_id>")
@public("that a piece is there, and its digest; its words once it was published")
def show_proof(branch_id: str, proof_id: str) -> str:
    """Show one piece as far as the reader may see it."""
    return _proof(branch_id, proof_id, blank())


@bp.get("/stars/<string:branch_id>/proofs/<string:proof_id>/file")
@public("a file that was published is for everybody; others are for officers")
def save_proof_file(branch_id: str, proof_id: str) -> Response:
    """Give the file to be saved: never shown as a page of ours, whatever it holds."""
    return file_answer(branch_id, proof_id)


def file_answer(branch_id: str, proof_id: str) -> Response:
    """Return the file of a piece, for whom it opens to; who reads one that is not public is written down."""
    branch, actor = find_branch(db.session, branch_id), current_actor()
    found, file = file_of(db.session, branch, proof_id, actor)
    if not file.is_public:
        note(opened_piece(found, branch, proof_id))
    # At most MOST_MB: read at once, so that no file stays open behind a reader who hangs up.
    response = Response(attic().path_of(file.sha256).read_bytes(), mimetype=file.kind.mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/console/stars/<string:branch_id>/proofs/<string:proof_id>/uses")
def submit_proof_use(branch_id: str, proof_id: str) -> ResponseReturnValue:
    """Let a piece stand for one more line."""
    form = bind(ProofUseForm())
    return form.submit(
        lambda use: write_page(use_proof, signed_in(), branch_id, proof_id, use, then=_then(_("已关联"))),
        or_show=lambda: _proof(branch_id, proof_id, form),
    )


@bp.post("/console/stars/<string:branch_id>/proofs/<string:proof_id>/publication")
def submit_proof_publication(branch_id: str, proof_id: str) -> ResponseReturnValue:
    """Let everybody see a piece, or take that back."""
    form = bind(PublicationForm())

    def act(is_public: bool) -> ResponseReturnValue:
        words = _("已公开，所有人都能看到") if is_public else _("已收回公开，只有管理人员能看到")
        return write_page(publish_proof, signed_in(), branch_id, proof_id, then=_then(words), is_public=is_public)

    return form.submit(act, or_show=lambda: _proof(branch_id, proof_id, form))


@bp.post("/console/stars/<string:branch_id>/proofs/<string:proof_id>/withdrawal")
def submit_proof_withdrawal(branch_id: str, proof_id: str) -> ResponseReturnValue:
    """Take a piece back, with a reason."""
    form = bind(WithdrawForm())
    return form.submit(
        lambda reason: write_page(
            withdraw_proof, signed_in(), branch_id, proof_id, reason, then=_then(_("材料已撤回，记录仍在"))
        ),
        or_show=lambda: _proof(branch_id, proof_id, form),
    )


def _then(words: str) -> Any:
    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for("stars.show_proof", branch_id=receipt.branch_id, proof_id=receipt.public_id)

    return then


def _handed_in() -> tuple[KeptFile | None, bytes]:
    """Judge and keep the file that came with the form, and return it as it is kept; None where none was chosen."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None, b""
    with upload.stream as stream:
        content = stream.read((MOST_MB << 20) + 1)
    if len(content) > MOST_MB << 20:
        raise FileTooLarge(most_mb=MOST_MB)
    try:
        clean = uploads.clean(content)
    except uploads.Unfit as unfit:
        raise FileKindRefused(FLAWS[unfit.flaw]) from None
    attic().keep(clean.content)
    file = KeptFile(
        sha256=clean.sha256,
        given_sha256=clean.given_sha256,
        kind=clean.kind,
        size=len(clean.content),
        name=uploads.plain_name(upload.filename, clean.kind),
    )
    return file, clean.content


def _console_proofs(branch_id: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    found, branch = the_round(), find_branch(db.session, branch_id)
    require(may_read_names(actor, branch.area_path))
    may_give = found.state == "open" and may_give_proof(actor, branch.area_path)
    return render_template(
        "stars/console_proofs.html",
        round=found,
        branch=branch,
        pieces=pieces_of(db.session, found, branch, actor),
        asked=_asked(found),
        counted=[one for one in found.scheme.indicators if one.source is Source.AUTOMATIC],
        items=items_of(db.session, found, branch, actor, now=moment) if may_give else (),
        may_give=may_give,
        form=form,
        today=local_day(moment),
        most_mb=MOST_MB,
        words=WORDS,
    )


def _asked(found: Any) -> list[Any]:
    """Return the indicators and items that people judge: only for these is anything asked."""
    every = (*found.scheme.indicators, *(item.indicator for item in found.scheme.items))
    return [one for one in every if one.source is Source.ASSESSED]


def _proof(branch_id: str, proof_id: str, form: Form) -> str:
    actor, moment = current_actor(), now()
    branch = find_branch(db.session, branch_id)
    found, one = piece(db.session, branch, proof_id, actor)
    path = branch.area_path
    is_officer = may_read_names(actor, path)
    may_edit = found.state == "open" and one.withdrawn_at is None and may_give_proof(actor, path)
    note_pieces(actor, found, branch, (one,))
    return render_template(
        "stars/proof.html",
        round=found,
        branch=branch,
        one=one,
        changes=changes_of_proof(db.session, branch, proof_id) if is_officer else (),
        asked=_asked(found),
        items=items_of(db.session, found, branch, actor, now=moment) if may_edit else (),
        may_edit=may_edit,
        may_publish=one.withdrawn_at is None and may_publish_proof(actor, path),
        form=form,
        words=WORDS,
    )
