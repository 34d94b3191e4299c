"""What a thumb and an old eye meet: targets, letters, nothing that runs off the side, both faces, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.acting import send
from tests.browser.conftest import Opener, sign_in
from tests.browser.street import Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

GUEST_PAGES = ("/", "/tasks", "/offers", "/stars", "/ranks", "/rules", "/statement", "/sign-in", "/join", "/privacy")
RESIDENT_PAGES = (
    "/",
    "/tasks",
    "/me",
    "/me/points",
    "/me/code",
    "/me/vouchers",
    "/me/tasks",
    "/me/notices",
    "/me/profile",
    "/scan",
    "/offers",
)
CONSOLE_PAGES = (
    "/console",
    "/console/tasks",
    "/console/tasks/new",
    "/console/people",
    "/console/areas",
    "/console/budgets",
    "/console/merchants",
    "/console/stars",
    "/console/checkin",
    "/console/review",
)

# Everything one can press, but links inside running text, which the guidelines except, and what only a keyboard reaches.
SMALL_TARGETS = """least => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]')]
  .filter(one => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!box.width || !box.height || style.visibility === 'hidden' || one.closest('.sr-only, .skip-link, [hidden], .prose, p, li.prose')) return false;
    if (one.classList.contains('sr-only') || one.classList.contains('skip-link')) return false;
    let height = box.height, width = box.width;
    const label = one.id && document.querySelector(`label[for="${CSS.escape(one.id)}"]`) || one.closest('label');
    if (['checkbox', 'radio'].includes(one.type) && label) {
      const around = label.getBoundingClientRect();
      height = Math.max(height, around.height); width = Math.max(width, around.width);
    }
    const stretched = getComputedStyle(one, '::after');
    if (stretched.position === 'absolute' && stretched.content !== 'none') return false;  // the whole card is the target
    return height < least - 0.5 || width < least - 0.5;
  })
  .map(one => `${one.tagName.toLowerCase()}.${one.className || one.id} "${(one.innerText || one.value || one.name || '').trim().slice(0, 20)}" ${Math.round(one.getBoundingClientRect().width)}x${Math.round(one.getBoundingClientRect().height)}`)"""
OVERFLOW = "() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
SMALL_TEXT = """least => [...document.querySelectorAll('main p, main li, main dd, main dt, main label, main td, main h1, main h2, main h3')]
  .filter(one => one.offsetParent && !one.closest('svg, .sr-only, [hidden]') && [...one.childNodes].some(part => part.nodeType === 3 && part.textContent.trim()))
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < least - 0.01)
  .map(one => `${one.tagName.toLowerCase()}.${one.className} "${one.textContent.trim().slice(0, 20)}" ${getComputedStyle(one).fontSize}`)"""

BROKEN_WORDS = """() => [...document.querySelectorAll('main h1, main h2, main h3')].flatMap(one =>
  [...one.childNodes].filter(part => part.nodeType === 3).flatMap(part =>
    [...part.textContent.matchAll(/[A-Za-z]+/g)].filter(word => {
      const span = document.createRange();
      span.setStart(part, word.index); span.setEnd(part, word.index + word[0].length);
      return new Set([...span.getClientRects()].map(box => Math.round(box.top))).size > 1;
    }).map(word => word[0])))"""


@pytest.fixture(scope="session")
def furnished(street: Street) -> Street:
    """The street with something on every page."""
    task = street.task("照看孩子", points=80)
    street.offer("早餐券", points=20)
    shift = task["shifts"][0]["id"]
    street.call("resident", "POST", f"/shifts/{shift}/signups")
    street.call("resident", "POST", "/checkins", {"code": street.venue_code(task)["code"]})
    street.task("打扫活动室")
    return street


def _walk(page: Page, paths: tuple[str, ...], *looks: tuple[str, Any]) -> list[str]:
    """Open each of `paths`; return what its looks found wrong, and every page that did not open."""
    wrong = []
    for path in paths:
        answer = page.goto(path)
        if answer is None or answer.status != 200:
            wrong.append(f"{path}: {answer and answer.status}")
        for script, argument in looks:
            found = page.evaluate(script, argument)
            if found:
                wrong.append(f"{path}: {found if isinstance(found, list) else f'{found} px beyond the edge'}")
    return wrong


def test_ordinary_targets_fit_a_thumb(furnished: Street, opened: Opener, signed_in_as: Callable[[str], Any]) -> None:
    page = opened(storage_state=signed_in_as("resident"))
    assert _walk(page, RESIDENT_PAGES, (SMALL_TARGETS, 44), (OVERFLOW, None)) == []


def test_the_elder_view_is_larger_still(furnished: Street, opened: Opener) -> None:
    page = sign_in(opened(), "resident")
    page.goto("/me")
    page.locator("button").filter(has_text="用大字版").first.click()
    page.wait_for_selector("html.elder")
    try:
        assert _walk(page, RESIDENT_PAGES, (SMALL_TARGETS, 60), (SMALL_TEXT, 18), (OVERFLOW, None)) == []
    finally:
        page.goto("/me")
        page.locator("button").filter(has_text="用普通版").first.click()
        page.wait_for_selector("html:not(.elder)")


def test_long_words_stay_inside_and_whole_in_the_elder_view(furnished: Street, opened: Opener) -> None:
    """English is longer than Chinese, and the elder view larger: both at once is the narrowest a page ever gets."""
    photo = furnished.folder / "leaves.png"
    Image.new("RGB", (600, 800), "#88aa88").save(photo)
    page = sign_in(opened(java_script_enabled=False), "resident")
    page.goto("/me/deeds")
    page.locator("input[type=file]").set_input_files(str(photo))
    page.fill("textarea", "扫了落叶")
    page.locator("[name=kind]").first.check(force=True)
    send(page, "交给社区看")
    page.goto("/me")
    send(page, "用大字版")
    try:
        paths = tuple(f"{path}?lang=en" for path in (*RESIDENT_PAGES, "/me/deeds", "/me/record", "/me/certificates"))
        assert _walk(page, paths, (OVERFLOW, None), (BROKEN_WORDS, None)) == []
    finally:
        page.goto("/me?lang=zh")
        send(page, "用普通版")


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_guests_read_everything(furnished: Street, opened: Opener, options: dict[str, Any], language: str) -> None:
    paths = tuple(f"{path}?lang={language}" for path in GUEST_PAGES)
    assert _walk(opened(**options), paths, (OVERFLOW, None), (SMALL_TARGETS, 44)) == []


def test_guests_need_no_scripts(furnished: Street, opened: Opener) -> None:
    page = opened(java_script_enabled=False)
    for path in GUEST_PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert page.locator("h1, h2").count() >= 1


@pytest.mark.parametrize("width", [375, 1280])
def test_the_console_fits_phone_and_desk(
    furnished: Street, opened: Opener, signed_in_as: Callable[[str], Any], width: int
) -> None:
    page = opened(storage_state=signed_in_as("office"))
    page.set_viewport_size({"width": width, "height": 800})
    assert _walk(page, CONSOLE_PAGES, (OVERFLOW, None)) == []
    # English names of rules are the longest choices that a filter offers.
    assert _walk(page, ("/console/watch?lang=en", "/console/settlements?lang=en"), (OVERFLOW, None)) == []
