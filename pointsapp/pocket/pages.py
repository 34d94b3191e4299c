"""HTML door of the phone without a network: the worker, the manifest, what shows offline, and how to install."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask_babel import force_locale

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.pocket.messages import DESCRIPTION, SHORTCUTS, name_of
from pointsapp.pocket.queries import MOST_VOUCHERS, pocket_of
from pointsapp.redemption.messages import VOUCHER_STATES
from pointsapp.web.cookies import leave_cookie
from pointsapp.web.guard import public
from pointsapp.web.links import absolute, link, static_url
from pointsapp.web.login import signed_in
from pointsapp.web.page_of import HEADER, NOBODY
from pointsapp.web.qr import qr_svg

bp = Blueprint("pocket", __name__)

# What the offline pages are made of; everything else is kept when a page has used it.
FILES = (
    "vendor/weui/weui.min.css", "css/tokens.css", "css/base.css", "css/phone.css", "css/elder.css", "js/ui.js", "js/offline.js",
    "img/icons.svg", "img/favicon.svg", "img/app-192.png",
)  # fmt: skip
ICONS = (
    ("app-192.png", 192, "any"),
    ("app-512.png", 512, "any"),
    ("app-maskable-512.png", 512, "maskable"),
)


@bp.get("/me/offline")
def show_pocket() -> str:
    """Show what is kept for when there is no network: nothing on it can be pressed but links."""
    leave_cookie()
    pocket = pocket_of(db.session, signed_in().person_id, now=now())
    return render_template(
        "pocket/pocket.html",
        pocket=pocket,
        most=MOST_VOUCHERS,
        states=VOUCHER_STATES,
        qr_of={each.public_id: qr_svg(absolute(each.path)) for each in pocket.vouchers},
        my_qr=qr_svg(absolute(url_for("checkin.show_person", code=pocket.code.code))),
    )


@bp.get("/offline")
@public("what a phone shows without a network is the same for everybody")
def show_offline() -> str:
    """Say that there is no network, what still works, and what has to wait."""
    leave_cookie()
    return render_template("pocket/offline.html")


@bp.get("/offline/unsent")
@public("what a phone shows after a press without an answer is the same for everybody")
def show_unsent() -> str:
    """Say that a press got no answer, and that nobody knows yet whether it arrived."""
    leave_cookie()
    return render_template("pocket/unsent.html")


@bp.get("/install")
@public("a guest may put the pages on their home screen, too")
def show_install() -> str:
    """Say how the pages come onto the home screen, in each browser; nobody has to."""
    return render_template("pocket/install.html")


@bp.get("/manifest-zh.webmanifest", defaults={"language": "zh"})
@bp.get("/manifest-en.webmanifest", defaults={"language": "en"})
@public("a browser reads it before anybody signs in")
def show_manifest(language: str) -> Response:
    """What a browser needs to install the pages. The language stands in the address: a browser asks without a cookie."""
    with force_locale(language):
        name = name_of(current_app.config["SETTINGS"].brand)
        icons = [
            {
                "src": static_url(f"img/{file}"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for file, side, purpose in ICONS
        ]
        answer = jsonify(
            id=url_for("home.show_home"),
            name=name,
            short_name=name[:12],
            description=str(DESCRIPTION),
            lang="en" if language == "en" else "zh-CN",
            start_url=url_for("home.show_home"),
            scope=url_for("home.show_home"),
            display="standalone",
            background_color="#f6f2ee",
            theme_color="#c8321f",
            categories=["social", "lifestyle"],
            icons=icons,
            shortcuts=[
                {"name": str(word), "url": link(endpoint)} for endpoint, word in SHORTCUTS.items() if link(endpoint)
            ],
        )
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@bp.get("/worker.js")
@public("a browser fetches its worker by itself")
def show_worker() -> Response:
    """The browser's worker: its own file behind what this house tells it. It stands at the root, so it may serve all pages."""
    leave_cookie()
    house = {
        "header": HEADER,
        "nobody": NOBODY,
        "pocket": url_for("pocket.show_pocket"),
        "offline": url_for("pocket.show_offline"),
        "unsent": url_for("pocket.show_unsent"),
        "name": current_app.config["SETTINGS"].brand,
        "icon": static_url("img/app-192.png"),
        "notices": url_for("notices.show_notices"),
        "static": url_for("static", filename=""),
        "files": [static_url(name) for name in FILES],
        # Without a network these open the copy.
        "pocketed": [
            link(each)
            for each in ("home.show_home", "home.show_me", "tasks.show_my_signups", "checkin.show_my_code")
            if link(each)
        ],
        "vouchers": url_for("redemption.show_vouchers"),
        # After these nobody is signed in here any more.
        "leaves": [
            url_for(each)
            for each in ("people.submit_sign_out", "people.submit_sign_out_everywhere")
            if link(each) is not None
        ],
    }
    folder = current_app.static_folder
    assert folder is not None
    words = json.dumps(house, sort_keys=True)
    code = _worker(Path(folder) / "js" / "worker.js")
    version = hashlib.sha256((words + code).encode()).hexdigest()[:12]
    answer = Response(f'const HOUSE = {words};\nconst VERSION = "{version}";\n{code}', mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"  # a browser must see a new one at once
    return answer


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> str:
    return path.read_text("utf-8")


def _worker(path: Path) -> str:
    return _read(path, path.stat().st_mtime_ns)
