"""Dates in a sentence: they break at their spaces, never inside 周六."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from pointsapp.web.filters import whole


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请在 11月21日 周六 19:00 前点", '请在 <span class="keep">11月21日 周六 19:00</span> 前点'),
        ("2027年1月7日 周四及以前", '<span class="keep">2027年1月7日 周四</span>及以前'),
        ("今天 03:21 前", '<span class="keep">今天 03:21</span> 前'),
        ("至 2026-11-16 期间", '至 <span class="nowrap">2026-11-16</span> 期间'),
        ("今天没有 <b>", "今天没有 &lt;b&gt;"),
        (Markup('<a title="11月21日">11月21日</a>'), '<a title="11月21日"><span class="keep">11月21日</span></a>'),
        (12, "12"),
    ],
)
def test_a_date_stays_whole_and_tags_stay_as_they_are(text: object, shown: str) -> None:
    assert whole(text) == shown
    assert isinstance(whole(text), Markup)
