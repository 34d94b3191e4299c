"""Every refusal has its words and every word its refusal, so that nobody ever reads a bare code."""

from __future__ import annotations

from collections.abc import Iterator

from pointsapp.core.errors import Refusal
from pointsapp.web.errors import FRAMEWORK_CODES, STATUS, FrameworkRefusal
from pointsapp.web.messages import MESSAGES, known_codes
from pointsapp.wiring import FEATURES, room
from tests.house.reading import the_app

# Codes that no class carries: web/errors.py gives them to what the framework refuses.
WITHOUT_CLASS = set(FRAMEWORK_CODES.values()) | {"internal_error", "form_expired", "signed_out", "other_person"}


# Refusals whose words are on their way.
LATER: set[str] = set()


def _kinds(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        if each is not FrameworkRefusal and each.__module__.startswith("pointsapp"):
            yield each
            yield from _kinds(each)


def _classes() -> list[type[Refusal]]:
    the_app()  # importing every feature defines every class
    for feature in FEATURES:
        room(feature, "errors")
    return list(_kinds())


def test_every_refusal_has_a_message() -> None:
    assert sorted({each.code for each in _classes()} - known_codes() - LATER) == []


def test_every_message_belongs_to_a_refusal() -> None:
    codes = {each.code for each in _classes()}
    assert sorted(known_codes() - codes - WITHOUT_CLASS) == []


def test_every_refusal_has_a_status_that_says_no() -> None:
    # A class below no kind would be answered by the fallback: its author has not decided what it is.
    assert [each.__name__ for each in _classes() if not any(kind in STATUS for kind in each.__mro__)] == []


def test_codes_are_stable_snake_case() -> None:
    wrong = [code for code in known_codes() if code != code.lower() or not code.replace("_", "").isalpha()]
    assert wrong == []


def test_every_message_says_what_happened_in_both_languages() -> None:
    app = the_app()
    for language in ("zh", "en"):
        with app.test_request_context(f"/?lang={language}"):
            for code, message in sorted({**MESSAGES, **_feature_messages()}.items()):
                assert str(message.title).strip(), code
                assert str(message.detail).strip(), code


def test_every_next_step_leads_somewhere() -> None:
    app = the_app()
    built = {endpoint.split(".")[0] for endpoint in app.view_functions}
    wrong = [
        f"{code} -> {message.next_step[1]}"
        for code, message in {**MESSAGES, **_feature_messages()}.items()
        if message.next_step and message.next_step[1] not in app.view_functions
        if message.next_step[1].split(".")[0] in built
    ]
    assert wrong == []


def _feature_messages() -> dict[str, object]:
    found: dict[str, object] = {}
    for feature in FEATURES:
        found.update(getattr(room(feature, "messages"), "MESSAGES", {}))
    return found
