"""A voucher saved as a picture: it can be scanned, it is one's own, and it is honest about what it lacks."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image

from pointsapp.core.transaction import write
from pointsapp.redemption.pages import picture as door
from pointsapp.redemption.picture import WIDTH, Face, draw_voucher
from pointsapp.redemption.queries import VoucherView
from pointsapp.redemption.services import issue_voucher
from pointsapp.web.fonts import chinese_font
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of
from tests.merchants.shops import Shop, give_points, make_offer

WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"}


@pytest.fixture
def voucher(shop: Shop, clock: Clock) -> VoucherView:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, stock=5, per_person_limit=2)
    return write(issue_voucher, actor_of(shop.session, shop.resident), offer.public_id, now=clock.at)


def read(picture: bytes) -> str:
    return zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))[0].text


@pytest.mark.parametrize("font", [chinese_font(), None], ids=["with a font", "without"])
def test_the_picture_can_be_scanned(font: tuple[str, int] | None) -> None:
    face = Face(
        payload="https://points.example/q/v/ABCDEFGH12", shop="胖婶烩面", title="羊肉烩面一碗，" * 12, code="ABCD EFGH 12",
        until="11月30日 周一 19:00 前有效", plain_until="max. 2026-11-30 19:00", foot="用过以后不再有用。", font=font,
    )  # fmt: skip
    drawn = draw_voucher(face)
    assert read(drawn) == face.payload
    assert Image.open(io.BytesIO(drawn)).width == WIDTH
    assert len(drawn) < 60_000


def test_the_page_shows_it_and_says_how_it_is_kept(client: HouseClient, shop: Shop, voucher: VoucherView) -> None:
    client.sign_in(shop.resident)
    address = f"/me/vouchers/{voucher.public_id}/picture"
    page = client.get(address).get_data(as_text=True)
    assert f'src="{address}.png"' in page
    assert "download=" in page
    inside = client.get(address, headers=WECHAT).get_data(as_text=True)
    assert "微信里不能下载文件" in inside
    assert "download=" not in inside
    picture = client.get(f"{address}.png")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    assert read(picture.data).endswith(voucher.path)


def test_without_a_font_the_page_names_the_shop(
    client: HouseClient, shop: Shop, voucher: VoucherView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "chinese_font", lambda _named: None)
    client.sign_in(shop.resident)
    address = f"/me/vouchers/{voucher.public_id}/picture"
    assert "没有中文字体" in client.get(address).get_data(as_text=True)
    assert read(client.get(f"{address}.png").data).endswith(voucher.path)


def test_nobody_elses_and_nothing_that_is_over(
    client: HouseClient, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    address = f"/me/vouchers/{voucher.public_id}/picture"
    client.sign_in(shop.clerk)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}.png").status_code == 404
    clock.at = voucher.expires_at + timedelta(seconds=1)
    client.sign_in(shop.resident)
    assert client.get(address).location.endswith(f"/me/vouchers/{voucher.public_id}")
    assert client.get(f"{address}.png").status_code == 404
