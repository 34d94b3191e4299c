"""The worker's hand: takes claimed sendings out of the house and notes what became of them.

Nothing here runs inside a transaction while it waits for another machine. What goes wrong is told by words of ours: an exception's
own text may hold an address.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.routing import BuildError

from pointsapp.config import Settings
from pointsapp.core.clock import now as now_is
from pointsapp.core.transaction import write
from pointsapp.notices.channels import Channel, ComeAgain, NobodyThere, NotTaken, Parcel, open_channels
from pointsapp.notices.models import SendingState
from pointsapp.notices.rules import code_of
from pointsapp.notices.saying import say
from pointsapp.notices.services import Duty, Outcome, claim, settle

log = logging.getLogger(__name__)
BATCH = 20
MOST_BATCHES = 10


def send_due(now: datetime) -> int:
    """Send what is due at `now`; return how many were tried."""
    settings: Settings = current_app.config["SETTINGS"]
    channels = open_channels(settings)
    if not channels:
        return 0
    tried = 0
    for _round in range(MOST_BATCHES):
        duties = write(claim, channels=frozenset(channels), now=now, limit=BATCH)
        if not duties:
            break
        write(settle, _send_all(channels, duties, settings), now=max(now, now_is()))
        tried += len(duties)
    return tried


def _send_all(channels: Mapping[str, Channel], duties: tuple[Duty, ...], settings: Settings) -> list[Outcome]:
    outcomes: list[Outcome] = []
    down: dict[str, str] = {}
    for duty in duties:
        name = duty.channel.value
        if name in down:  # nobody waits ten seconds twenty times for a server that is away
            outcomes.append(Outcome(duty=duty, state=SendingState.WAITING, reason=down[name]))
            continue
        outcome = _send(channels[name], duty, settings, down)
        if outcome.state is not SendingState.DONE:
            log.warning("notice not sent", extra={"reason": f"{name}:{outcome.reason}"})
        outcomes.append(outcome)
    return outcomes


def _send(channel: Channel, duty: Duty, settings: Settings, down: dict[str, str]) -> Outcome:
    try:
        channel.send(_parcel(duty, settings))
    except ComeAgain as trouble:
        if trouble.whole:
            down[duty.channel.value] = trouble.reason
        return Outcome(duty=duty, state=SendingState.WAITING, reason=trouble.reason, after_s=trouble.after_s)
    except NobodyThere as trouble:
        return Outcome(duty=duty, state=SendingState.VOID, reason=trouble.reason, address_ended=True)
    except NotTaken as trouble:
        return Outcome(duty=duty, state=SendingState.LAPSED, reason=trouble.reason)
    except Exception as bug:
        # Its text may hold an address; its kind is enough to look for.
        return Outcome(duty=duty, state=SendingState.WAITING, reason=f"bug_{type(bug).__name__}"[:40])
    return Outcome(duty=duty, state=SendingState.DONE)


def _parcel(duty: Duty, settings: Settings) -> Parcel:
    base = settings.base_url.rstrip("/")
    with force_locale(duty.locale):
        if duty.kind is None:
            assert duty.code_at is not None
            code = code_of(settings.secret_key, duty.address_name, duty.code_at)
            title = _("验证码 %(code)s", code=code)
            text = _("您的验证码是 %(code)s。不是您本人操作，请不用理会。", code=code)
            path = _path("notices.show_confirmation", {"public_id": duty.address_name})
        else:
            said = say(duty.kind, duty.facts)
            title, text = said.title, said.text
            path = _path(*said.leads_to) if said.leads_to else _path("notices.show_notices", {})
        return Parcel(
            address=duty.address,
            title=title,
            text=text,
            url=f"{base}{path}",
            path=path,
            settings_url=f"{base}{_path('notices.show_settings', {})}",
            key=duty.key,
            brand=settings.brand,
            is_urgent=duty.is_urgent,
        )


def _path(endpoint: str, values: Mapping[str, object]) -> str:
    """Return an address outside of any request; the list of notices where a page has left the house."""
    adapter = current_app.url_map.bind("")
    try:
        return adapter.build(endpoint, dict(values))
    except BuildError:
        return adapter.build("notices.show_notices")
