"""E-mail by SMTP: POINTSAPP_SMTP_URL says where, POINTSAPP_MAIL_FROM from whom. Plain text, one message per person."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask_babel import gettext as _

from pointsapp.config import Settings
from pointsapp.notices.channels.base import ComeAgain, NobodyThere, NotTaken, Parcel

PATIENCE_S = 10
_NOBODY = {550, 551, 553}  # this mailbox does not exist, has moved, has an impossible name


@dataclass(frozen=True, slots=True)
class Mail:
    url: str
    sender: str

    def send(self, parcel: Parcel) -> None:
        message = self._letter(parcel)
        try:
            with self._line() as line:
                line.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            if code in _NOBODY:
                raise NobodyThere("mailbox_gone") from None
            _raise_for(code)
        except smtplib.SMTPAuthenticationError:
            raise ComeAgain("sign_in_refused", whole=True) from None
        except smtplib.SMTPResponseException as answer:
            _raise_for(answer.smtp_code)
        except (smtplib.SMTPException, OSError):
            raise ComeAgain("no_mail_server", whole=True) from None

    def _letter(self, parcel: Parcel) -> EmailMessage:
        letter = EmailMessage()
        host = self.sender.rpartition("@")[2]
        letter["Subject"] = " ".join(f"{parcel.brand}: {parcel.title}".split())
        letter["From"] = Address(parcel.brand, *_halves(self.sender))
        letter["To"] = Address("", *_halves(parcel.address))
        letter["Message-ID"] = f"<{parcel.key}@{host}>"  # the same when it is tried again
        letter["Auto-Submitted"] = "auto-generated"
        letter["List-Unsubscribe"] = f"<{parcel.settings_url}>"
        foot = _("在这里改接收方式和免打扰时间：%(url)s", url=parcel.settings_url)
        letter.set_content(f"{parcel.text}\n\n{parcel.url}\n\n-- \n{parcel.brand}\n{foot}\n")
        return letter

    def _line(self) -> smtplib.SMTP:
        where = urlsplit(self.url)
        host, safely = where.hostname or "", ssl.create_default_context()
        if where.scheme == "smtps":
            line: smtplib.SMTP = smtplib.SMTP_SSL(host, where.port or 465, timeout=PATIENCE_S, context=safely)
        else:
            line = smtplib.SMTP(host, where.port or 25, timeout=PATIENCE_S)
            line.ehlo_or_helo_if_needed()
            if line.has_extn("starttls"):
                line.starttls(context=safely)
            elif where.username:
                line.close()
                raise smtplib.SMTPException("a password goes nowhere unencrypted")
        if where.username:
            line.login(unquote(where.username), unquote(where.password or ""))
        return line


def _raise_for(code: int) -> None:
    if code >= 500:
        raise NotTaken("mail_refused")
    raise ComeAgain("mail_later")


def _halves(address: str) -> tuple[str, str]:
    name, _at, host = address.rpartition("@")
    return name, host


def open_channel(settings: Settings) -> Mail:
    return Mail(settings.smtp_url, settings.mail_from)
