"""HTML door of the desk: the list of the day, the hand-over list, and who must be told of a change."""

from __future__ import annotations

from flask import Blueprint, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.desk import queries, services
from pointsapp.desk.messages import CHANGES, REACHED, SCOPE_NAMES, WAYS, group_words
from pointsapp.desk.policies import sees_work
from pointsapp.desk.schemas import ToldForm
from pointsapp.notices.messages import CHANNELS
from pointsapp.people.messages import ROLE_NAMES
from pointsapp.tasks.policies import may_create_tasks
from pointsapp.web.doors import bind, write_page
from pointsapp.web.login import signed_in

bp = Blueprint("desk", __name__)
OPENED = "reach_phones"  # in the staff's own session cookie: the task, and until when (seconds)
PHONES_FOR_S = 1800


@bp.get("/console/work")
def show_work() -> str:
    """Everything that waits for this person, whatever feature it belongs to, with its due time and whose turn it is."""
    actor, moment = signed_in(), now()
    require(sees_work(actor))
    asked = request.args.get("scope", "mine")
    scope = asked if asked in SCOPE_NAMES else "mine"
    kind = request.args.get("kind", "")[:40]
    page = queries.work_list(db.session, actor, scope=scope, kind=kind, now=moment)
    return render_template(
        "desk/work.html",
        page=page,
        scope=scope,
        kind=kind,
        scope_names=SCOPE_NAMES,
        moment=moment,
        role_names=ROLE_NAMES,
    )


@bp.get("/console/people/<person>/hand-over")
def show_hand_over(person: str) -> str:
    """What somebody would leave behind: their roles and who else is there, the shifts they lead, what they began."""
    page = queries.hand_over(db.session, signed_in(), person, now=now())
    return render_template("desk/hand_over.html", page=page, role_names=ROLE_NAMES)


@bp.get("/console/reach")
def show_changes() -> str:
    """The tasks that were changed, with how many people still have to be told."""
    actor = signed_in()
    require(may_create_tasks(actor))
    page = PageRequest(after=decode_cursor(request.args.get("cursor"), (int,)))
    changed = queries.changed_tasks(db.session, actor, page, now=now())
    return render_template("desk/changes.html", page=changed)


@bp.get("/console/tasks/<task>/reach")
def show_reach(task: str) -> str:
    """Who must know of what was changed: read, sent, told, not reached; and the words for the building's group."""
    actor, moment = signed_in(), now()
    opened = session.get(OPENED, {}).get(task, 0)
    with_phones = moment.timestamp() < opened
    page = queries.reach_list(db.session, actor, task, with_phones=with_phones, now=moment)
    return render_template(
        "desk/reach.html",
        page=page,
        with_phones=with_phones,
        reached=REACHED,
        ways=WAYS,
        channels=CHANNELS,
        changes=CHANGES,
        group_words=[group_words(page.title, page.place, change.kind, change.facts) for change in page.changes],
    )


@bp.post("/console/tasks/<task>/reach/phones")
def submit_phones(task: str) -> ResponseReturnValue:
    """Show the phones of this list in this browser for a while; that they were opened is on record."""

    def there(_count: int) -> str:
        until = int(now().timestamp()) + PHONES_FOR_S
        session[OPENED] = {**dict(list(session.get(OPENED, {}).items())[-4:]), task: until}
        return url_for("desk.show_reach", task=task)

    return write_page(services.open_phones, signed_in(), task, then=there)


@bp.post("/console/reach/<reach>/told")
def submit_told(reach: str) -> ResponseReturnValue:
    """Note that somebody was told, or did not answer."""
    form = bind(ToldForm())

    def there(receipt: services.ToldReceipt) -> str:
        return url_for("desk.show_reach", task=receipt.task)

    return form.submit(
        lambda way: write_page(services.mark_told, signed_in(), reach, way, then=there), or_show=show_changes
    )
