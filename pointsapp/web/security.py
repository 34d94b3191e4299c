"""Headers, cookies and rates that every answer shares."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded
from flask_wtf import CSRFProtect
from limits import parse
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from pointsapp.core.clock import now
from pointsapp.core.errors import Forbidden, Invalid, NotFound, TooMany
from pointsapp.web.errors import RETRY_AFTER_S, answer_refusal
from pointsapp.web.login import current_actor
from pointsapp.web.rates import QuietMemory

MAX_BODY = 12 * 1024 * 1024  # a phone's photograph
MAX_JSON = 1024 * 1024
# Signed-in people are counted one by one; 200 elders behind one Wi-Fi share an address, so addresses are never counted here.
PER_PERSON = "600 per minute"

csrf = CSRFProtect()


def _who() -> str:
    actor = current_actor()
    return f"person:{actor.person_id}" if actor else "guest"


def caller_address() -> str | None:
    """Return the address this request comes from; None where it is a private one: a proxy's, which all callers share."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    return None if address.is_private else str(address)


limiter = Limiter(key_func=_who, default_limits=[], headers_enabled=False)


def hit_per_hour(key: str, most: int) -> bool:
    """Count one more of `key` in this hour; False when it was one too many. Where nobody can count, it passes."""
    try:
        return limiter.limiter.hit(parse(f"{most} per hour"), key)
    except Exception:  # the storage is gone
        return True


def init_security(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    is_https = settings.base_url.startswith("https")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_JSON,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session: an elder's page may lie open all day
        WTF_CSRF_SSL_STRICT=False,  # WeChat's browser drops the referrer
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        # The prefix binds the cookie to this very host; browsers refuse it without TLS.
        SESSION_COOKIE_NAME="__Host-session" if is_https else "session",
        REMEMBER_COOKIE_HTTPONLY=True,
        RATELIMIT_STORAGE_URI=settings.redis_url or f"{QuietMemory.STORAGE_SCHEME[0]}://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        # Of several requests that find Redis gone at the same moment, one turns to this process's own count; the others go
        # uncounted, not refused.
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_DEFAULT=PER_PERSON,
        RATELIMIT_DEFAULTS_EXEMPT_WHEN=lambda: request.endpoint == "static" or current_actor() is None,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    if settings.redis_url:
        # A Redis that hangs must not hang us: the limit is then counted in this process.
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    csrf.init_app(app)
    app.register_error_handler(RateLimitExceeded, _too_many)
    limiter.init_app(app)
    app.before_request(_refuse_nul)
    app.before_request(_stay_in_this_house)
    app.before_request(_bound_json)
    app.after_request(_harden)


def _too_many(_error: RateLimitExceeded) -> ResponseReturnValue:
    limit = limiter.current_limit
    window = limit.limit.get_expiry() if limit else RETRY_AFTER_S
    left = round(limit.reset_at - now().timestamp()) if limit else window
    return answer_refusal(TooMany(retry_after=max(1, min(window, left))))


def _refuse_nul() -> None:
    """A NUL in an address names nothing of ours, and PostgreSQL takes no text that holds one."""
    if "\0" in request.path:
        raise NotFound()
    if any("\0" in part for pair in request.args.items(multi=True) for part in pair):
        raise Invalid()


def _stay_in_this_house() -> ResponseReturnValue | None:
    """A doubled slash leads on to the path without: ours alone, for the host in Flask's own answer is whatever was claimed."""
    leads_on = request.routing_exception
    if not isinstance(leads_on, RequestRedirect):
        return None
    there = urlsplit(leads_on.new_url)
    return redirect("/" + there.path.lstrip("/") + (f"?{there.query}" if there.query else ""), code=leads_on.code)


def refuse_foreign_form() -> None:
    """A form that another site sent is nobody's typing: it is neither parked nor offered again, and no session begins for it.

    Its request comes without our cookie (SameSite), so a new session would sign the person out of the old one.
    """
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        g.is_foreign = True
        raise Forbidden()


def _bound_json() -> None:
    """A JSON body carries no photograph."""
    if request.path.startswith("/api/"):
        request.max_content_length = MAX_JSON


def _harden(response: Response) -> Response:
    headers = response.headers
    if response.status_code in (429, 503) and "Retry-After" not in headers:  # a form shown again
        headers["Retry-After"] = str(g.get("retry_after") or RETRY_AFTER_S)
    if g.get("is_foreign"):
        session.modified = False
    # 'wasm-unsafe-eval' is for the camera's QR reader; no inline script or style anywhere.
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob: "
        + _tile_host()
        + "; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' blob: data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    if request.endpoint == "static" and "v" in request.args:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store" if g.get("actor") else "no-cache")
    return response


def _tile_host() -> str:
    parts = urlsplit(current_app.config["SETTINGS"].tile_url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
