"""A push notice in the browser's own worker: what it shows, and where a press on it leads.

No push service is asked: the worker is handed what a service would hand it, decrypted, and is waited for until the notice stands.
Who asks for the notices while one is on its way makes Chromium throw it away, as one that nobody sees. A press on a notice of the
system cannot be made from outside, so the worker is told of one; only what a browser grants to real presses alone, to take the front,
is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Worker, expect

from pointsapp.config import Settings
from pointsapp.notices.channels import Parcel
from pointsapp.notices.channels.push import content
from tests.browser.conftest import PATIENCE_MS, PHONE, sign_in_by_form
from tests.browser.street import Street

SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({title, body, tag, data}) => [title, body, tag, data.url]);
}"""
PUSH = """async said => {
  const event = new PushEvent('push', said === '' ? {} : {data: said});
  let done;
  event.waitUntil = promise => { done = promise; };
  self.dispatchEvent(event);
  await done;
}"""
# An event made by a script has no waitUntil of its own, and a window comes to the front only after a real press.
PRESS = """async ([tag, isOpen]) => {
  const [notification] = await self.registration.getNotifications({tag});
  const event = new NotificationEvent('notificationclick', {notification});
  let done;
  event.waitUntil = promise => { done = promise; };
  const {matchAll, openWindow} = self.clients;
  WindowClient.prototype.focus = async function () { return this; };
  let opened = null;
  if (!isOpen) self.clients.matchAll = async () => [];
  self.clients.openWindow = async url => { opened = url; };
  try {
    self.dispatchEvent(event);
    await done;
  } finally {
    delete self.clients.matchAll;
    delete self.clients.openWindow;
  }
  return opened;
}"""


def parcel(**over: Any) -> Parcel:
    usual = {
        "address": "", "title": "任务取消了", "text": "「夜巡」不办了。", "url": "", "path": "/me/tasks", "settings_url": "",
        "key": "notice-1", "brand": "文明小站",
    }  # fmt: skip
    return Parcel(**{**usual, **over})


@dataclass
class Pushed:
    """A phone whose worker has come, and the way a push service reaches it."""

    page: Page
    home: str

    @property
    def worker(self) -> Worker:
        (worker,) = self.page.context.service_workers
        return worker

    def push(self, said: str) -> None:
        self.worker.evaluate(PUSH, said)

    def shown(self, *wanted: str) -> list[list[str]]:
        """Return the notices that stand there, by their tag, once their titles are `wanted`."""
        found: list[list[str]] = []
        for _ in range(PATIENCE_MS // 100):
            found = sorted(self.page.evaluate(SHOWN), key=lambda line: line[2])
            if [line[0] for line in found] == list(wanted):
                break
            self.page.wait_for_timeout(100)
        assert [line[0] for line in found] == list(wanted)
        return found

    def press(self, tag: str, *, is_open: bool = True) -> Any:
        return self.worker.evaluate(PRESS, [tag, is_open])


@pytest.fixture
def phone(browser: Browser, street: Street) -> Iterator[Pushed]:
    context = browser.new_context(
        base_url=street.url, viewport=PHONE, locale="zh-CN", service_workers="allow", permissions=["notifications"]
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/offers")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    sign_in_by_form(page, "resident")
    yield Pushed(page, street.url)
    context.close()


def test_what_the_house_sends_is_shown(phone: Pushed) -> None:
    phone.push(content(parcel()))
    assert phone.shown("任务取消了") == [["任务取消了", "「夜巡」不办了。", "notice-1", "/me/tasks"]]


def test_tried_twice_it_is_shown_once(phone: Pushed) -> None:
    phone.push(content(parcel()))
    phone.shown("任务取消了")
    phone.push(content(parcel(title="任务改期了")))
    phone.push(content(parcel(title="名额给您了", key="notice-2")))
    phone.shown("任务改期了", "名额给您了")


def test_an_empty_one_still_says_that_there_is_news(phone: Pushed) -> None:
    phone.push("")
    assert phone.shown(Settings().brand) == [[Settings().brand, "", "", "/me/notices"]]


def test_a_press_leads_the_open_page_to_what_it_is_about(phone: Pushed) -> None:
    phone.push(content(parcel()))
    phone.shown("任务取消了")
    assert phone.press("notice-1") is None
    expect(phone.page).to_have_url(re.compile("/me/tasks$"))
    assert phone.shown() == []


def test_a_press_opens_a_page_where_none_is_open(phone: Pushed) -> None:
    phone.push(content(parcel()))
    phone.shown("任务取消了")
    assert phone.press("notice-1", is_open=False) == f"{phone.home}/me/tasks"


def test_a_press_never_leads_out_of_the_house(phone: Pushed) -> None:
    for number, path in enumerate(("https://elsewhere.example/me", "//elsewhere.example/me", "javascript:alert(1)")):
        phone.push(json.dumps({"title": "看这里", "url": path, "tag": f"strange-{number}"}))
        phone.shown("看这里")
        assert phone.press(f"strange-{number}", is_open=False) == "/me/notices"
