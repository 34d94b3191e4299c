"""What is made good inside WeChat: a file it would drop is answered with ways to get it, and nothing there asks to be printed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.conftest import HouseClient
from tests.factories import make_person, make_shift, make_task, make_tree

WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"}


def test_a_file_is_told_how_to_get_inside_wechat(client: HouseClient, session: Session) -> None:
    shift = make_shift(session, make_task(session, make_tree(session)["community"]))
    file = f"/shifts/{shift.public_id}/calendar"
    assert client.get(file).headers["Content-Disposition"].startswith("attachment")
    told = client.get(f"{file}?a=1&a=2", headers=WECHAT)
    page = told.get_data(as_text=True)
    assert told.mimetype == "text/html"
    assert "Content-Disposition" not in told.headers
    assert told.headers["Cache-Control"] == "no-store"
    assert "在浏览器打开" in page
    assert f'data-copy="http://localhost{file}?a=1&amp;a=2"' in page
    odd = client.get(f"{file}?endpoint=x&_scheme=x&_anchor=x&a=1", headers=WECHAT)
    assert odd.status_code == 200
    assert f'data-copy="http://localhost{file}?a=1"' in odd.text
    tried = client.get(f"{file}?here=1", headers=WECHAT)
    assert tried.headers["Content-Disposition"].startswith("attachment")


def test_paper_says_how_it_gets_printed(client: HouseClient, session: Session) -> None:
    client.sign_in(make_person(session))
    for path in ("/me/code", "/me/statement"):
        assert "data-print" in client.get(path).get_data(as_text=True)
        inside = client.get(path, headers=WECHAT).get_data(as_text=True)
        assert "data-print" not in inside
        assert "微信里不能打印" in inside
