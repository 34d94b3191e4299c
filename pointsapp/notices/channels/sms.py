"""SMS by whichever gateway speaks HTTP: POINTSAPP_SMS_URL, a JSON body by template, a bearer secret. 2xx means taken over."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pointsapp.config import Settings
from pointsapp.notices.channels.base import ComeAgain, NotTaken, Parcel
from pointsapp.notices.channels.outbound import Unreached, post

MOST_LETTERS = 140
TEMPLATE = '{"phone": "{phone}", "text": "{text}", "id": "{id}"}'


@dataclass(frozen=True, slots=True)
class Sms:
    url: str
    template: str
    secret: str

    def send(self, parcel: Parcel) -> None:
        words = f"【{parcel.brand}】{parcel.title}：{parcel.text}"  # gateways want the sender named so
        body = fill(self.template, phone=parcel.address, text=_cut(" ".join(words.split())), id=parcel.key)
        headers = {"Content-Type": "application/json", "Idempotency-Key": parcel.key}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        try:
            # The operator named this place, so it may lie inside.
            reply = post(self.url, headers=headers, body=body, inside=True)
        except Unreached as trouble:
            raise ComeAgain(trouble.reason, whole=True) from None
        if 200 <= reply.status < 300:
            return
        if reply.status in (408, 425, 429) or reply.status >= 500:
            raise ComeAgain(f"gateway_{reply.status}", after_s=reply.retry_after)
        raise NotTaken(f"gateway_{reply.status}")


def fill(template: str, **values: str) -> bytes:
    """Put each value into its place as JSON writes it: a quotation mark in a title breaks nothing."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", json.dumps(value, ensure_ascii=False)[1:-1])
    return template.encode()


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def open_channel(settings: Settings) -> Sms:
    return Sms(settings.sms_url, settings.sms_template or TEMPLATE, settings.sms_secret)
