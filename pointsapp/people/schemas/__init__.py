"""The gate of people: JSON calls in `calls`, forms of pages in `forms`, the fields both read in `inputs`."""

from __future__ import annotations

from pointsapp.people.schemas.calls import (
    IssueCodeSchema,
    IssuedCodeSchema,
    NoticeSchema,
    RegisteredSchema,
    RegisterSchema,
    RoleSchema,
    SessionSchema,
    SignInSchema,
)
from pointsapp.people.schemas.forms import (
    BirthYearForm,
    DeputyForm,
    DeskPersonForm,
    GrantRoleForm,
    IssueCodeForm,
    OpenRecordForm,
    PasswordForm,
    PhoneForm,
    ProfileForm,
    RegisterForm,
    SignInForm,
    TypedCodeForm,
    UseCodeForm,
    ViewForm,
)
from pointsapp.people.schemas.inputs import read_one_time_code

__all__ = [
    "BirthYearForm",
    "DeputyForm",
    "DeskPersonForm",
    "GrantRoleForm",
    "IssueCodeForm",
    "IssueCodeSchema",
    "IssuedCodeSchema",
    "NoticeSchema",
    "OpenRecordForm",
    "PasswordForm",
    "PhoneForm",
    "ProfileForm",
    "RegisterForm",
    "RegisterSchema",
    "RegisteredSchema",
    "RoleSchema",
    "SessionSchema",
    "SignInForm",
    "SignInSchema",
    "TypedCodeForm",
    "UseCodeForm",
    "ViewForm",
    "read_one_time_code",
]
