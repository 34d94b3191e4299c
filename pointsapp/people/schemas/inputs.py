"""Fields both doors of people read: phones, volunteer numbers, passwords, one-time codes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields

from pointsapp.core import clock
from pointsapp.core.codes import ONE_TIME_LENGTH, read
from pointsapp.people.errors import CodeInvalid
from pointsapp.people.rules import (
    BIRTH_YEAR_LEAST,
    PASSWORD_LEAST,
    PASSWORD_MOST,
    is_long_enough,
    read_password,
    read_phone,
    read_volunteer_number,
)
from pointsapp.web.schemas import UNSTORABLE, Whole

PASSWORD_LENGTH = _l("密码要 %(least)s 到 %(most)s 位，六位数字也可以", least=PASSWORD_LEAST, most=PASSWORD_MOST)
TRIED_MOST = 1000  # a wrong password of any length is wrong, not malformed


class Phone(fields.String):
    """A phone as rules.read_phone gives it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> str:
        phone = read_phone(super()._deserialize(value, attr, data, **kw))
        if phone is None:
            raise ValidationError(str(_l("手机号是 5 到 15 位数字，前面可以有 +")))
        return phone


class VolunteerNumber(fields.String):
    """The 11 digits of a volunteer number."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> str:
        number = read_volunteer_number(super()._deserialize(value, attr, data, **kw))
        if number is None:
            raise ValidationError(str(_l("志愿者编号是 11 位数字")))
        return number


class PasswordText(fields.String):
    """A password as it is hashed: full-width digits of a Chinese keyboard are the same digits."""

    def __init__(self, *, is_new: bool, **kw: Any) -> None:
        self.is_new = is_new
        super().__init__(**kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> str:
        text = super()._deserialize(value, attr, data, **kw)
        if len(text) > TRIED_MOST:
            raise ValidationError(str(PASSWORD_LENGTH))
        password = read_password(text)
        if password is None:
            raise ValidationError(str(UNSTORABLE))
        if self.is_new and not is_long_enough(password):
            raise ValidationError(str(PASSWORD_LENGTH))
        return password


class BirthYear(Whole):
    """A year of birth as typed into a form: four digits, not before 1900 and not ahead of today."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(BIRTH_YEAR_LEAST, 2100, from_text=True, **kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:
        year = super()._deserialize(value, attr, data, **kw)
        if year > clock.local_day(clock.now()).year:
            raise ValidationError(str(_l("还没到这一年")))
        return year


def read_one_time_code(text: str) -> str:
    """Return the code in `text`; raise CodeInvalid for what cannot be one of ours."""
    code = read(text, ONE_TIME_LENGTH)
    if code is None:
        raise CodeInvalid()
    return code
