"""Web push to browsers: encrypted for the one browser (RFC 8291), signed by the house (RFC 8292).

The libraries that encrypt and sign are loaded where the first message is sent, in the worker; a server process never does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from pointsapp.config import Settings
from pointsapp.notices.channels.base import ComeAgain, NobodyThere, NotTaken, Parcel
from pointsapp.notices.channels.outbound import Unreached, post
from pointsapp.notices.places import unpadded

LIVES_S = 24 * 3600  # a push service keeps it so long for a phone that is off
MOST_LETTERS = 400


def content(parcel: Parcel) -> str:
    """Return what the browser's worker (static/js/worker.js) reads, as JSON."""
    said = {
        "title": parcel.title,
        "text": parcel.text[:MOST_LETTERS],
        "url": parcel.path,
        "tag": parcel.key,  # tried twice, it is shown once
    }
    return json.dumps(said, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Push:
    private_key: str
    contact: str
    inside: bool

    def send(self, parcel: Parcel) -> None:
        import http_ece
        from cryptography.hazmat.primitives.asymmetric import ec

        where = json.loads(parcel.address)
        try:
            body = http_ece.encrypt(
                content(parcel).encode(),
                private_key=ec.generate_private_key(ec.SECP256R1()),
                dh=unpadded(where["p256dh"]),
                auth_secret=unpadded(where["auth"]),
                version="aes128gcm",
            )
        except (ValueError, http_ece.ECEException):
            raise NobodyThere("bad_key") from None
        try:
            reply = post(
                where["endpoint"], headers=self._headers(where["endpoint"], parcel), body=body, inside=self.inside
            )
        except Unreached as trouble:
            if trouble.is_forbidden:
                raise NobodyThere(trouble.reason) from None
            raise ComeAgain(trouble.reason) from None
        if reply.status in (404, 410):
            raise NobodyThere("browser_gone")
        if reply.status == 429 or reply.status >= 500:
            raise ComeAgain(f"push_{reply.status}", after_s=reply.retry_after)
        if not 200 <= reply.status < 300:
            raise NotTaken(f"push_{reply.status}")

    def _headers(self, endpoint: str, parcel: Parcel) -> dict[str, str]:
        from py_vapid import Vapid02

        parts = urlsplit(endpoint)
        signed = Vapid02.from_raw(self.private_key.encode()).sign(
            {"aud": f"{parts.scheme}://{parts.netloc}", "sub": self.contact}
        )
        return {
            **signed,
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(LIVES_S),
            "Urgency": "high" if parcel.is_urgent else "normal",
            # Of two with one topic the service keeps the later: a message that was tried twice arrives once.
            "Topic": hashlib.sha256(parcel.key.encode()).hexdigest()[:32],
        }


def open_channel(settings: Settings) -> Push:
    return Push(settings.vapid_private_key, settings.vapid_contact, settings.push_inside)
