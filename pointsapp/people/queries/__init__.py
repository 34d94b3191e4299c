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
from pointsapp.people.queries.notice import PrivacyNotice, current_notice
from pointsapp.people.queries.persons import (
    PersonCard,
    PersonRow,
    name_of,
    names_of,
    person_by_personal_code,
    person_by_phone,
    person_by_public_id,
    person_card,
    persons_by_phones,
    require_person,
)
from pointsapp.people.queries.roles import MerchantPlace, RoleLine, find_merchant, merchants_by_codes, roles_of

__all__ = [
    "CodeHolder",
    "DeskPerson",
    "MerchantPlace",
    "PersonCard",
    "PersonLine",
    "PersonRow",
    "PrivacyNotice",
    "RoleLine",
    "code_hash",
    "current_notice",
    "desk_person",
    "find_merchant",
    "holder_of_code",
    "load_actor",
    "load_actor_by_token",
    "load_actors_by_tokens",
    "merchants_by_codes",
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
