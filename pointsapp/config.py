"""Every setting, typed, with its default and a one-line meaning. Policy (caps, windows, rates) is never configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "POINTSAPP_"
DEV_SECRET = "development-only-secret"  # noqa: S105 - production refuses to start on it


def shipped(folder: str) -> Path:
    """Return `templates`, `static` or `migrations`: at the root of a checkout, inside the package of an installed wheel."""
    inside = Path(__file__).resolve().parent / "_shipped" / folder
    return inside if inside.is_dir() else ROOT / folder


CHOICES = {
    "tile_coordinates": ("wgs84", "gcj02"),
    "log_format": ("", "json", "text"),
    "log_level": ("debug", "info", "warning", "error"),
    "log_requests": ("all", "notable"),
}


class BadSetting(Exception):
    """A setting that stops the start; the message is the one clear line the operator sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All keys of the application; each is read from the environment as POINTSAPP_<NAME IN CAPITALS>."""

    env: str = "development"  # development, production (what `serve` means) or testing
    database_url: str = ""  # empty: SQLite in instance/
    replica_url: str = ""  # a PostgreSQL replica for what guests may see a little late; empty: none
    secret_key: str = DEV_SECRET  # signs cookies; at least 32 characters in production
    base_url: str = "http://127.0.0.1:8000"  # where people reach us; every QR payload begins with it
    redis_url: str = ""  # optional; shared rate limits when several machines serve
    timezone: str = "Asia/Shanghai"  # the one local zone
    brand: str = "文明小站"  # the name on every page
    demo: bool = False  # shows 「演示数据」 and the demo log-ins
    metrics: bool = False  # serve GET /metrics
    metrics_token: str = ""  # if set, GET /metrics wants it as a bearer token
    log_format: str = ""  # json or text; empty: json in production, text otherwise
    log_level: str = "info"  # debug, info, warning, error
    log_requests: str = "all"  # all: a line per request; notable: only slow, failed and throttled ones
    slow_request_ms: int = 1000  # a request that takes longer is a warning
    slow_query_ms: int = 300  # a statement that takes longer is logged, without its parameters
    pool_size: int = 6  # database connections of one process (PostgreSQL)
    kept_ms: int = 2000  # how old a process's kept read-only answers may be, 2000 at most; 1 keeps next to nothing
    threads: int = 4  # requests one server process works on at a time
    waiting: int = 32  # requests that may wait for a thread; more are refused at once with 503
    within_ms: int = 150  # who cannot be answered within about this time is refused with 503
    proxies: int = 0  # proxies of yours in front, each adding to X-Forwarded-For; 0: the header is not believed
    tile_url: str = ""  # map tiles, e.g. https://tiles.example/{z}/{x}/{y}.png; empty: no map
    tile_coordinates: str = (
        "wgs84"  # what the tiles are drawn in: wgs84 (OpenStreetMap, Tianditu) or gcj02 (Amap, Tencent)
    )
    tile_credit: str = ""  # whose map it is, shown in its corner: most givers of tiles ask for it
    vapid_public_key: str = ""  # web push; `pointsapp notices vapid-keys` makes a pair
    vapid_private_key: str = ""  # its other half, only the worker needs it
    vapid_contact: str = "mailto:admin@localhost.localdomain"  # whom a push service writes to, as mailto:
    push_inside: bool = False  # let push services of one's own lie in private networks, over http too
    smtp_url: str = ""  # smtp://name:password@host:587 or smtps://…; empty: no e-mail
    mail_from: str = ""  # the sender's address of e-mails
    sms_url: str = ""  # where an SMS is POSTed; empty: no SMS
    sms_template: str = ""  # its JSON body with {phone}, {text} and {id}; empty: those three fields
    sms_secret: str = ""  # sent as a bearer token
    font: str = ""  # a font file with Chinese for pictures to save; empty: whichever usual one the machine has
    instance: str = ""  # folder for the SQLite file and pictures; empty: instance/ at the root

    @property
    def instance_path(self) -> Path:
        return Path(self.instance) if self.instance else ROOT / "instance"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance_path / 'pointsapp.db'}"

    @property
    def is_production(self) -> bool:
        return self.env == "production"


def from_environment(environ: Mapping[str, str] | None = None, **over: object) -> Settings:
    """Return the settings from the environment (and a .env file), with `over` on top. Raises BadSetting."""
    if environ is None:
        from dotenv import dotenv_values

        environ = {**{k: v for k, v in dotenv_values(ROOT / ".env").items() if v is not None}, **os.environ}
    found: dict[str, object] = {}
    for field in fields(Settings):
        text = environ.get(PREFIX + field.name.upper())
        if text is None or text == "":
            continue
        found[field.name] = _typed(field.name, str(field.type), text)
    return check(replace(Settings(**found), **over))  # type: ignore[arg-type]


def check(settings: Settings) -> Settings:
    """Return `settings` if the application may start with them; raise BadSetting with one clear line otherwise."""
    if settings.env not in ("development", "production", "testing"):
        raise BadSetting(f"{PREFIX}ENV must be development or production, not {settings.env!r}")
    for name, choices in CHOICES.items():
        if getattr(settings, name) not in choices:
            wanted = ", ".join(filter(None, choices))
            raise BadSetting(f"{PREFIX}{name.upper()} must be one of {wanted}, not {getattr(settings, name)!r}")
    url = urlsplit(settings.base_url)
    if url.scheme not in ("http", "https") or not url.netloc:
        raise BadSetting(f"{PREFIX}BASE_URL must be an http(s) address, not {settings.base_url!r}")
    if settings.database.startswith("postgresql://"):
        raise BadSetting(f"{PREFIX}DATABASE_URL must begin with postgresql+psycopg://")
    if not settings.database.startswith(("sqlite:", "postgresql+psycopg://")):
        raise BadSetting(f"{PREFIX}DATABASE_URL must be sqlite: or postgresql+psycopg://")
    if settings.replica_url and not all(
        address.startswith("postgresql+psycopg://") for address in (settings.replica_url, settings.database)
    ):
        raise BadSetting(f"{PREFIX}REPLICA_URL and {PREFIX}DATABASE_URL must both be postgresql+psycopg://")
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError):
        raise BadSetting(f"{PREFIX}TIMEZONE is not a known zone: {settings.timezone!r}") from None
    _check_ways(settings)
    if not 0 <= settings.kept_ms <= 2000:
        raise BadSetting(f"{PREFIX}KEPT_MS must be at most 2000: nobody waits longer for what changed, or was revoked")
    if settings.is_production and (settings.secret_key == DEV_SECRET or len(settings.secret_key) < 32):
        raise BadSetting(f"{PREFIX}SECRET_KEY must be set to at least 32 random characters in production")
    return settings


def _check_ways(settings: Settings) -> None:
    """Refuse half a setting of a way out of the house: it would be found by the first message that does not arrive."""
    if bool(settings.vapid_public_key) != bool(settings.vapid_private_key):
        raise BadSetting(f"{PREFIX}VAPID_PUBLIC_KEY and {PREFIX}VAPID_PRIVATE_KEY belong together")
    if settings.vapid_public_key and not settings.vapid_contact.startswith("mailto:"):
        raise BadSetting(f"{PREFIX}VAPID_CONTACT must begin with mailto:")
    if settings.smtp_url and (
        urlsplit(settings.smtp_url).scheme not in ("smtp", "smtps") or not urlsplit(settings.smtp_url).hostname
    ):
        raise BadSetting(f"{PREFIX}SMTP_URL must be smtp://host or smtps://host")
    if settings.smtp_url and "@" not in settings.mail_from:
        raise BadSetting(f"{PREFIX}MAIL_FROM must be an e-mail address where {PREFIX}SMTP_URL is set")
    if settings.sms_url and urlsplit(settings.sms_url).scheme not in ("http", "https"):
        raise BadSetting(f"{PREFIX}SMS_URL must be an http(s) address")


def _typed(name: str, kind: str, text: str) -> object:
    if kind == "bool":
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise BadSetting(f"{PREFIX}{name.upper()} must be true or false, not {text!r}")
        return text.lower() in ("1", "true", "yes")
    if kind == "int":
        if not text.isdigit() or int(text) < 1:
            raise BadSetting(f"{PREFIX}{name.upper()} must be a whole number above 0, not {text!r}")
        return int(text)
    return text
