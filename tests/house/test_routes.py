"""Every address is guarded or says why it is open, and every form that changes something carries its token."""

from __future__ import annotations

import re

from pointsapp.web.guard import public_reason
from pointsapp.web.security import csrf
from tests.house.reading import TEMPLATES, templates, the_app

FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.S | re.I)
IS_POST = re.compile(r"""<form\b[^>]*method=["']?post""", re.S | re.I)


def test_everything_is_closed_by_default() -> None:
    guards = [fn.__name__ for fn in the_app().before_request_funcs[None]]
    assert "deny_by_default" in guards


def test_what_is_open_says_why() -> None:
    app = the_app()
    vague = {
        endpoint: reason
        for endpoint in app.view_functions
        if (reason := public_reason(app, endpoint)) is not None and len(reason.split()) < 3
    }
    assert vague == {}, "@public wants a reason a stranger understands"


def test_only_bearer_token_doors_do_without_csrf() -> None:
    blueprints = {getattr(each, "name", each) for each in csrf._exempt_blueprints}
    assert [name for name in blueprints if not str(name).endswith("_api")] == []
    assert csrf._exempt_views == set()


def test_json_doors_stand_under_api_and_pages_do_not() -> None:
    wrong = [
        rule.rule
        for rule in the_app().url_map.iter_rules()
        if rule.endpoint.split(".")[0].endswith("_api") != rule.rule.startswith("/api/v1")
    ]
    assert wrong == []


def test_no_two_doors_share_an_address() -> None:
    seen: dict[tuple[str, str], str] = {}
    twice = []
    for rule in the_app().url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            key = (method, re.sub(r"<[^>]+>", "<>", rule.rule))
            if seen.setdefault(key, rule.endpoint) != rule.endpoint:
                twice.append((*key, seen[key], rule.endpoint))
    assert twice == []


def test_every_posting_form_carries_its_token() -> None:
    wrong = [
        f"{path.relative_to(TEMPLATES)}: {form[:80]}"
        for path in templates()
        for form in FORM.findall(path.read_text())
        if IS_POST.search(form) and "csrf" not in form and "hidden_fields" not in form
    ]
    assert wrong == []
