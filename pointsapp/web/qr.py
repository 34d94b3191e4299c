"""QR pictures: inline SVG, sharp at any size, no request of their own; PNG where a picture must be saved."""

from __future__ import annotations

import io
from functools import lru_cache

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M


def _matrix(payload: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=2)
    code.add_data(payload)
    code.make(fit=True)
    return code.get_matrix()  # type: ignore[no-any-return]


@lru_cache(maxsize=256)
def qr_svg(payload: str) -> Markup:
    """Return `payload` as an <svg class="qr">, black on white whatever the theme; the box around it (_parts/qr.html) has its name."""
    rows = _matrix(payload)
    size = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Markup(  # noqa: S704 - built from numbers only; the payload itself is not in it
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" aria-hidden="true" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def qr_png(payload: str, scale: int = 12) -> bytes:
    """Return `payload` as a PNG."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=scale)
    code.add_data(payload)
    code.make(fit=True)
    out = io.BytesIO()
    code.make_image().save(out, "PNG")
    return out.getvalue()
