"""Reads about people: who acts, who somebody is, who is on a list, what the privacy notice says."""

from __future__ import annotations

from pointsapp.people.queries.actors import (
    load_actor,
    load_actor_by_token,
    load_actors_by_tokens,
    standing_of,
    token_hash,
)
from pointsapp.people.queries.codes import CodeHolder, code_hash, holder_of_code
from pointsapp.people.queries.lists import DeskPerson, PersonLine, desk_person, search_people
from pointsapp.people.queries.looks import LookLine, looks_at
from pointsapp.people.queries.notice import PrivacyNotice, current_notice
from pointsapp.people.queries.persons import (
    PersonCard,
    PersonRow,
    is_revoked_card,
    merged_into,
    name_of,
    names_of,
    person_by_personal_code,
    person_by_phone,
    person_by_public_id,
    person_card,
    persons_by_phones,
    require_person,
)
from pointsapp.people.queries.roles import (
    DeputyLine,
    MerchantPlace,
    RoleLine,
    deputies_of,
    find_merchant,
    merchants_by_codes,
    roles_of,
)

__all__ = [
    "CodeHolder",
    "DeputyLine",
    "DeskPerson",
    "LookLine",
    "MerchantPlace",
    "PersonCard",
    "PersonLine",
    "PersonRow",
    "PrivacyNotice",
    "RoleLine",
    "code_hash",
    "current_notice",
    "deputies_of",
    "desk_person",
    "find_merchant",
    "holder_of_code",
    "is_revoked_card",
    "load_actor",
    "load_actor_by_token",
    "load_actors_by_tokens",
    "looks_at",
    "merchants_by_codes",
    "merged_into",
    "name_of",
    "names_of",
    "person_by_personal_code",
    "person_by_phone",
    "person_by_public_id",
    "person_card",
    "persons_by_phones",
    "require_person",
    "roles_of",
    "search_people",
    "standing_of",
    "token_hash",
]
