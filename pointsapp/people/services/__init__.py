"""What changes about people: joining, signing in, one-time codes, roles, tokens, the profile."""

from __future__ import annotations

from pointsapp.people.models import OneTimeCodeKind
from pointsapp.people.services.imports import ImportedPeople, PersonDraft, add_user, import_people
from pointsapp.people.services.joining import (
    CreatedPerson,
    NewPerson,
    Register,
    RegisterAtDesk,
    Registered,
    create_people,
    create_person,
    register,
    register_at_desk,
)
from pointsapp.people.services.one_time_codes import (
    IssuedCode,
    IssueOneTimeCode,
    UseOneTimeCode,
    issue_one_time_code,
    use_one_time_code,
    use_one_time_code_for_token,
)
from pointsapp.people.services.passwords import hash_password
from pointsapp.people.services.profiles import (
    ChangePassword,
    ChangeProfile,
    GivePhone,
    change_password,
    change_profile,
    give_phone,
    mark_verified,
    replace_personal_code,
    sign_out_everywhere,
    take_phone_from_unverified,
    verify_at_desk,
)
from pointsapp.people.services.roles import EndedRole, GrantedRole, GrantRole, add_role, end_role, grant_role
from pointsapp.people.services.signing_in import (
    ApiSession,
    CheckedSignIn,
    SignedIn,
    SignIn,
    check_password,
    sign_in_for_token,
    sign_in_with_password,
)
from pointsapp.people.services.tokens import CreatedToken, create_token, create_tokens, revoke_token

__all__ = [
    "ApiSession",
    "ChangePassword",
    "ChangeProfile",
    "CheckedSignIn",
    "CreatedPerson",
    "CreatedToken",
    "EndedRole",
    "GivePhone",
    "GrantRole",
    "GrantedRole",
    "ImportedPeople",
    "IssueOneTimeCode",
    "IssuedCode",
    "NewPerson",
    "OneTimeCodeKind",
    "PersonDraft",
    "Register",
    "RegisterAtDesk",
    "Registered",
    "SignIn",
    "SignedIn",
    "UseOneTimeCode",
    "add_role",
    "add_user",
    "change_password",
    "change_profile",
    "check_password",
    "create_people",
    "create_person",
    "create_token",
    "create_tokens",
    "end_role",
    "give_phone",
    "grant_role",
    "hash_password",
    "import_people",
    "issue_one_time_code",
    "mark_verified",
    "register",
    "register_at_desk",
    "replace_personal_code",
    "revoke_token",
    "sign_in_for_token",
    "sign_in_with_password",
    "sign_out_everywhere",
    "take_phone_from_unverified",
    "use_one_time_code",
    "use_one_time_code_for_token",
    "verify_at_desk",
]
