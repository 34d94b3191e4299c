"""The certificate as a PDF, so that it can be sent and printed anywhere.

No font is shipped: Chinese is set in STSong-Light, one of the standard CJK fonts that PDF readers bring or replace (ISO 32000,
annex on CID fonts), so the file stays small and no font's licence comes with the product.
"""

from __future__ import annotations

import io
from datetime import datetime

from flask_babel import gettext as _
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pointsapp.certificates.queries import CertificateView
from pointsapp.certificates.wording import full_day, sentences, spaced
from pointsapp.web.filters import hours, moment

FONT = "STSong-Light"
MOST_LINES = 14


def certificate_pdf(view: CertificateView, *, address: str, brand: str, now: datetime) -> bytes:
    """Return one A4 page. `address` is what its QR opens."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(f"{view.number}")
    canvas.setAuthor(view.issuer or brand)
    width, height = A4
    canvas.setStrokeColor(HexColor("#c8321f"))
    canvas.setLineWidth(1.2)
    canvas.rect(12 * mm, 12 * mm, width - 24 * mm, height - 24 * mm)
    canvas.setFont(FONT, 26)
    canvas.drawCentredString(width / 2, height - 42 * mm, _("志愿服务记录证明"))
    canvas.setFont(FONT, 11)
    canvas.drawCentredString(width / 2, height - 51 * mm, _("编号 %(number)s", number=spaced(view.number or "")))
    y = height - 68 * mm
    canvas.setFont(FONT, 13)
    for words in sentences(view):
        canvas.drawString(25 * mm, y, words)
        y -= 9 * mm
    canvas.setFont(FONT, 22)
    canvas.setFillColor(HexColor("#1f5fa8"))
    canvas.drawCentredString(width / 2, y - 6 * mm, hours(view.minutes))
    canvas.setFillColor(HexColor("#000000"))
    y -= 22 * mm
    y = _table(canvas, view, y)
    _foot(canvas, view, address, now)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _table(canvas: Canvas, view: CertificateView, y: float) -> float:
    columns = (25 * mm, 95 * mm, 125 * mm, 155 * mm)
    canvas.setFont(FONT, 10.5)
    heads = (_("组织方"), _("次数"), _("时长"), _("确认日期"))
    for x, head in zip(columns, heads, strict=True):
        canvas.drawString(x, y, head)
    canvas.setLineWidth(0.5)
    canvas.line(25 * mm, y - 2 * mm, 185 * mm, y - 2 * mm)
    for line in view.lines[:MOST_LINES]:
        y -= 7.5 * mm
        cells = (line.area_name, str(line.times), hours(line.minutes), full_day(line.decided_at))
        for x, cell in zip(columns, cells, strict=True):
            canvas.drawString(x, y, cell)
    if len(view.lines) > MOST_LINES:
        y -= 7.5 * mm
        canvas.drawString(columns[0], y, _("另有 %(n)s 个组织方，扫码可看", n=len(view.lines) - MOST_LINES))
    return y


def _foot(canvas: Canvas, view: CertificateView, address: str, now: datetime) -> None:
    code = QrCodeWidget(address, barLevel="M")
    left, bottom, right, top = code.getBounds()
    size = 34 * mm
    drawing = Drawing(size, size, transform=[size / (right - left), 0, 0, size / (top - bottom), 0, 0])
    drawing.add(code)
    renderPDF.draw(drawing, canvas, 25 * mm, 30 * mm)
    canvas.setFont(FONT, 9)
    canvas.drawString(25 * mm, 25 * mm, _("扫码核对真伪"))
    canvas.setFont(FONT, 13)
    canvas.drawRightString(185 * mm, 52 * mm, view.issuer or "")
    canvas.drawRightString(185 * mm, 43 * mm, full_day(view.issued_at))
    if view.superseded_at is not None:
        canvas.setFillColor(HexColor("#8e1b3a"))
        words = _("已被更正替代")
        canvas.drawCentredString(A4[0] / 2, A4[1] - 59 * mm, f"{words} {full_day(view.superseded_at)}")
        canvas.setFillColor(HexColor("#000000"))
    canvas.setFont(FONT, 8)
    canvas.drawRightString(185 * mm, 25 * mm, _("打印于 %(at)s", at=moment(now)))
