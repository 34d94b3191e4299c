"""Deputies on a page: who stands in for whom in which role, and until when; for the holder and for who grants the role."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import AREA_ROLES
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.people.messages import ROLE_NAMES
from pointsapp.people.pages.door import bp
from pointsapp.people.policies import may_grant
from pointsapp.people.queries import deputies_of, desk_person
from pointsapp.people.schemas import DeputyForm
from pointsapp.people.services import end_role, name_deputy
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in


@bp.get("/console/people/<public_id>/deputies")
def show_deputies(public_id: str) -> str:
    """The area roles of one person, each with its deputies and a form."""
    return _deputies_page(public_id, blank())


def _deputies_page(public_id: str, form: Form, of: str = "") -> str:
    actor, moment = signed_in(), now()
    person = desk_person(db.session, actor, public_id, now=moment)
    if person is None:
        raise NotFound()
    is_self = person.id == actor.person_id
    roles = [
        line
        for line in person.roles
        if line.role in AREA_ROLES and (is_self or may_grant(actor, line.role, area_path=line.scope_path))
    ]
    if not roles:
        raise NotFound()
    return render_template(
        "people/deputies.html",
        person=person,
        is_self=is_self,
        roles=roles,
        deputies=deputies_of(db.session, [line.public_id for line in roles], now=moment),
        form=form,
        of=of,
        role_names=ROLE_NAMES,
    )


@bp.post("/console/people/<public_id>/roles/<grant_id>/deputies")
def submit_deputy(public_id: str, grant_id: str) -> ResponseReturnValue:
    """Name a deputy until a day."""
    form = bind(DeputyForm())

    def there(_granted: object) -> str:
        flash(_("安排好了，到期自动收回。"), "yes")
        return url_for("people.show_deputies", public_id=public_id)

    return form.submit(
        lambda command: write_page(name_deputy, signed_in(), grant_id, command, then=there),
        or_show=lambda: _deputies_page(public_id, form, grant_id),
    )


@bp.post("/console/people/<public_id>/deputies/<grant_id>/ending")
def submit_deputy_end(public_id: str, grant_id: str) -> ResponseReturnValue:
    """Take it back at once."""

    def there(_ended: object) -> str:
        flash(_("代办已经结束，立刻生效。"), "yes")
        return url_for("people.show_deputies", public_id=public_id)

    return write_page(end_role, signed_in(), grant_id, then=there)
