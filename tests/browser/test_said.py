"""What a page says is seen: a flash on the first page, a question with its figure, the typed code where there is no camera."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import confirm, press
from tests.browser.conftest import Opener, sign_in

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
SIZES = pytest.mark.parametrize("size", [(390, 844), (360, 640)], ids=["390x844", "360x640"])
# What a finger would touch in the middle and near the lower edge of the element.
ON_TOP = """one => { const box = one.getBoundingClientRect(), x = box.left + box.width / 2;
  return [box.top + box.height / 2, box.bottom - 4].every(y => one.contains(document.elementFromPoint(x, y))); }"""


def _opened(opened: Opener, size: tuple[int, int], **more: Any) -> Page:
    return opened(viewport={"width": size[0], "height": size[1]}, **more)


@SIZES
def test_a_flash_on_the_first_page_is_not_covered(opened: Opener, size: tuple[int, int]) -> None:
    page = sign_in(_opened(opened, size), "plain")
    page.goto("/me")
    press(page, "退出登录")
    confirm(page)
    flash = page.locator(".flash")
    expect(flash).to_contain_text("已经退出登录")
    assert flash.evaluate(ON_TOP)


@SIZES
def test_without_a_camera_the_typed_code_and_its_button_are_in_sight(
    opened: Opener, signed_in_as: Callable[[str], Any], size: tuple[int, int]
) -> None:
    page = _opened(opened, size, storage_state=signed_in_as("resident"))
    page.goto("/scan")
    press(page, "打开相机")
    note = page.locator(".scan__note")
    expect(note).not_to_be_empty()
    for one in (note, page.locator("#f-code"), page.locator("main form button").filter(has_text="确定")):
        assert one.evaluate(ON_TOP)


def test_a_question_comes_after_the_check_and_names_what_was_typed(
    opened: Opener, signed_in_as: Callable[[str], Any]
) -> None:
    page = opened(storage_state=signed_in_as("resident"))
    page.goto("/me")
    page.evaluate(
        """document.querySelector('main').innerHTML =
          '<form><input name="points" type="number" max="133"><button data-confirm="捐 {points} 分给“暖心”？">捐出</button></form>'"""
    )
    page.fill("[name=points]", "9999")
    press(page, "捐出")
    expect(page.locator("#ask")).to_be_hidden()
    page.fill("[name=points]", "50")
    press(page, "捐出")
    expect(page.locator("#ask-title")).to_have_text("捐 50 分给“暖心”？")
