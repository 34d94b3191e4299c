"""What people do on a page, in words of their own: press, confirm, sign in."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def press(page: Page, words: str | re.Pattern[str]) -> None:
    """Press the button or link that says `words`."""
    page.locator("button, a.button, a, summary").filter(has_text=words).locator("visible=true").first.click()


def send(page: Page, words: str | re.Pattern[str]) -> None:
    """Press what sends a form; return when the server has answered with a page. Who goes on at once would cut the sending off."""
    with page.expect_navigation():
        press(page, words)


def confirm(page: Page) -> None:
    """Say yes to the question that a button asks, where scripts ask it; return when the server has answered with a page."""
    with page.expect_navigation():
        page.locator("dialog#ask button[value=yes]").click()


def enter(context: BrowserContext, account: str, password: str) -> None:
    """Sign this browser in by the form's own request, without drawing the page; the form itself is walked elsewhere."""
    found = TOKEN.search(context.request.get("/sign-in").text())
    assert found is not None
    form = {"csrf_token": found[1], "account": account, "password": password}
    answer = context.request.post("/sign-in", form=form, max_redirects=0)
    assert answer.status == 303, answer.status


def code_on(page: Page) -> str:
    """Return the code that stands under the page's QR."""
    return re.sub(r"[\s·]", "", page.locator(".code-words, .ticket__code").first.inner_text())
