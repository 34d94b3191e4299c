"""The words of a form shown again: each field's error is said as written, in the summary too."""

from __future__ import annotations

from flask import Flask, render_template_string
from flask_babel import lazy_gettext as _l

from pointsapp.web.doors import Form


def test_the_summary_says_a_lazy_sentence_whole(app: Flask) -> None:
    form = Form({}, {"name": _l("必须填写"), "shifts": {0: {"ends_at": ["太晚", "太长"]}}}, None)
    with app.test_request_context("/"):
        page = render_template_string(
            "{% from '_parts/forms.html' import error_summary %}{{ error_summary(form, {'name': '姓名'}) }}", form=form
        )
    assert "姓名：必须填写" in page
    assert "太晚 太长" in page
