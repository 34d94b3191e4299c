"""HTML door of deeds: hand one in on the phone, see what became of it; the community's staff look at what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import policy, uploads
from pointsapp.core.actor import require
from pointsapp.core.attic import Attic
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.file_kinds import FileKind
from pointsapp.core.likeness import likeness_of
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.deeds import queries
from pointsapp.deeds.errors import DeedPictureUnreadable
from pointsapp.deeds.messages import DECISIONS, KINDS, REASONS, STATES, TONES
from pointsapp.deeds.policies import REVIEW_DAYS, is_barred, may_review_somewhere, may_see_deeds
from pointsapp.deeds.schemas import ApproveForm, DeedForm, RefuseForm
from pointsapp.deeds.services import (
    HandIn,
    KeptPicture,
    ReviewReceipt,
    approve_deed,
    hand_in,
    reject_deed,
    revoke_deed,
    with_picture,
    withdraw_deed,
)
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page
from pointsapp.web.filters import points

bp = Blueprint("deeds", __name__)
MOST_BYTES = 10 << 20
MINE, SHOWN = 10, 20
WORDS = {"kinds": KINDS, "states": STATES, "tones": TONES, "decisions": DECISIONS, "reasons": REASONS}


def attic() -> Attic:
    """Return where the pictures of deeds are kept."""
    return Attic(current_app.config["SETTINGS"].instance_path / "deeds")


def kept_picture(content: bytes) -> tuple[KeptPicture, bytes]:
    """Judge a picture, keep it drawn anew, and return what is known of it; DeedPictureUnreadable for what is none."""
    if len(content) > MOST_BYTES:
        raise DeedPictureUnreadable()
    try:
        clean = uploads.clean(content)
    except uploads.Unfit:
        raise DeedPictureUnreadable() from None
    if clean.kind is not FileKind.JPEG:
        raise DeedPictureUnreadable()
    attic().keep(clean.content)
    kept = KeptPicture(sha256=clean.sha256, given_sha256=clean.given_sha256, likeness=likeness_of(clean.content))
    return kept, clean.content


@bp.get("/me/deeds")
def show_deeds() -> str:
    """Say what it is and what it gives, take one in, and list one's own."""
    return _deeds(blank(kind=request.args.get("kind", "")))


@bp.post("/me/deeds")
def submit_deed() -> ResponseReturnValue:
    """Hand a deed in."""
    form = bind(DeedForm())

    def act(command: HandIn) -> ResponseReturnValue:
        given = request.files.get("picture")
        kept, content = kept_picture(given.stream.read(MOST_BYTES + 1) if given else b"")

        def then(receipt: Any) -> str:
            flash(_("交好了，谢谢您！社区看过以后会告诉您。"), "yes")
            return url_for("deeds.show_deed", public_id=receipt.public_id)

        answer = write_page(hand_in, signed_in(), with_picture(command, kept), then=then, beside=kept.given_sha256)
        attic().keep(content)  # had it lain there unnamed for long, it may just have been swept
        return answer

    return form.submit(act, or_show=lambda: _deeds(form))


@bp.get("/me/deeds/<string:public_id>")
def show_deed(public_id: str) -> str:
    """One of one's own: what was said, how it stands, why."""
    actor = signed_in()
    deed = queries.deed_for(db.session, actor, public_id)
    return render_template(
        "deeds/deed.html",
        deed=deed,
        is_mine=deed.person_id == actor.person_id,
        reviews=queries.reviews_of(db.session, deed.id),
        words=WORDS,
    )


@bp.post("/me/deeds/<string:public_id>/withdrawal")
def submit_withdrawal(public_id: str) -> ResponseReturnValue:
    """Take it back before anybody has looked at it."""

    def then(_receipt: Any) -> str:
        flash(_("已撤回。"), "yes")
        return url_for("deeds.show_deeds")

    return write_page(withdraw_deed, signed_in(), public_id, then=then)


@bp.get("/deeds/<string:public_id>/picture")
def show_picture(public_id: str) -> ResponseReturnValue:
    """The picture, for its doer and the community's staff."""
    return picture_answer(public_id)


def picture_answer(public_id: str) -> Response:
    """Return a deed's picture to who may see it."""
    name = queries.picture_of(db.session, signed_in(), public_id)
    answer = Response(attic().path_of(name).read_bytes(), mimetype="image/jpeg")  # some hundred kilobytes
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer


@bp.get("/console/deeds")
def show_review() -> str:
    """What waits in one's areas, to be looked at by keyboard or by hand; and what was decided."""
    return _review(None, "")


@bp.post("/console/deeds/<string:deed_id>/approval")
def submit_approval(deed_id: str) -> ResponseReturnValue:
    """Approve, with the points that stand beside the button."""

    def said(receipt: ReviewReceipt) -> str:
        return _("通过了，给了 %(n)s 分", n=points(receipt.points)) if receipt.points else _("通过了，没有积分")

    return _decided(deed_id, bind(ApproveForm(), posted(deed_id=deed_id)), approve_deed, said)


@bp.post("/console/deeds/<string:deed_id>/rejection")
def submit_rejection(deed_id: str) -> ResponseReturnValue:
    """Refuse, with the reason."""
    form = bind(RefuseForm(), posted(deed_id=deed_id))
    return _decided(deed_id, form, reject_deed, lambda _receipt: _("已退回，理由会告诉本人"))


@bp.post("/console/deeds/<string:deed_id>/revocation")
def submit_revocation(deed_id: str) -> ResponseReturnValue:
    """Take an approval back after a second look."""
    form = bind(RefuseForm(), posted(deed_id=deed_id))
    return _decided(deed_id, form, revoke_deed, lambda _receipt: _("已取消，积分退回预算，理由会告诉本人"))


@bp.get("/console/deeds/<string:deed_id>")
def show_console_deed(deed_id: str) -> str:
    """One deed for staff: the picture large, where else it was used, what was decided, and the second look."""
    return _console_deed(deed_id, blank())


def _decided(
    deed_id: str, form: Form, service: Callable[..., ReviewReceipt], said: Callable[[ReviewReceipt], str]
) -> ResponseReturnValue:
    from_list = request.form.get("from") == "list"

    def then(receipt: ReviewReceipt) -> str:
        flash(said(receipt), "yes")
        return url_for("deeds.show_review") if from_list else url_for("deeds.show_console_deed", deed_id=deed_id)

    return form.submit(
        lambda command: write_page(service, signed_in(), command, then=then),
        or_show=lambda: _review(form, deed_id) if from_list else _console_deed(deed_id, form),
    )


def _deeds(form: Form) -> str:
    actor, moment = signed_in(), now()
    limits = queries.limits_now(db.session, now=moment)
    page = PageRequest(limit=MINE, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "deeds/deeds.html",
        form=form,
        limits=limits,
        standing=queries.standing_of(db.session, actor.person_id, limits, now=moment),
        has_home=actor.home_path is not None,
        review_days=policy.value(db.session, REVIEW_DAYS, now=moment),
        page=queries.my_deeds_page(db.session, actor.person_id, page),
        words=WORDS,
    )


def _review(form: Form | None, of: str) -> str:
    actor, moment = signed_in(), now()
    require(may_review_somewhere(actor))
    view = request.args.get("view", "waiting")
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    page = queries.deeds_page(db.session, actor, asked, view=view)
    limits, places = queries.reviewing_now(db.session, now=moment)
    return render_template(
        "deeds/review.html",
        page=page,
        view=view if view in ("approved", "rejected") else "waiting",
        waiting=queries.waiting_count(db.session, actor),
        alike=queries.look_alike(db.session, [row.id for row in page.items], most_places=places),
        limits=limits,
        form=form,
        of=of,
        me=actor.person_id,
        now=moment,
        words=WORDS,
    )


def _console_deed(deed_id: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    deed = queries.deed_for(db.session, actor, deed_id)
    require(may_see_deeds(actor, deed.area_path))
    limits, places = queries.reviewing_now(db.session, now=moment)
    reviews = queries.reviews_of(db.session, deed.id)
    barred = is_barred(actor, deed.person_id, queries.close_to(db.session, deed.person_id))
    return render_template(
        "deeds/console_deed.html",
        deed=deed,
        reviews=reviews,
        alike=queries.look_alike(db.session, [deed.id], most_places=places).get(deed.id, ()),
        limits=limits,
        standing=queries.standing_of(db.session, deed.person_id, limits, now=moment),
        barred=barred,
        may_look_again=not barred and len(reviews) == 1 and reviews[0].by_id != actor.person_id,
        form=form,
        words=WORDS,
    )
