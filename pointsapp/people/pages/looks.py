"""Opening a record at the desk; who did stands where the person reads it (home)."""

from __future__ import annotations

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.people.messages import LOOKED_FOR
from pointsapp.people.pages.door import bp, first_page
from pointsapp.people.schemas import OpenRecordForm
from pointsapp.people.services import OpenedRecord, open_record
from pointsapp.web.doors import bind, write_page
from pointsapp.web.links import link
from pointsapp.web.login import signed_in

# In the staff's own session cookie: which record, one at a time, and until when. Nothing of what stands in it: the cookie is
# signed, not sealed, and lies on the office's computer.
OPENED = "opened_record"
OPEN_FOR_S = 900


def has_opened(public_id: str) -> bool:
    """Tell whether this browser has just opened the record."""
    kept = session.get(OPENED) or {}
    return bool(kept.get("person") == public_id and now().timestamp() < kept.get("until", 0))


@bp.post("/console/people/<public_id>/opening")
def submit_opening(public_id: str) -> ResponseReturnValue:
    """Show name, number and phone in full for a quarter of an hour; that it was done is kept."""
    form = bind(OpenRecordForm())
    here = url_for("people.show_console_person", public_id=public_id)

    def there(opened: OpenedRecord) -> str:
        session[OPENED] = {"person": opened.public_id, "until": now().timestamp() + OPEN_FOR_S}
        return here

    return form.submit(
        lambda why: write_page(open_record, signed_in(), public_id, why, then=there),
        or_show=lambda: render_template("people/looks.html", words=LOOKED_FOR, form=form, public_id=public_id),
    )


@bp.get("/me/looks")
def show_looks() -> ResponseReturnValue:
    """Where the openings of one's record were listed: they stand with all other looks now."""
    return redirect(link("home.show_access") or first_page())
