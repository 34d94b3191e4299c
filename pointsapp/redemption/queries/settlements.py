"""Settlements: one merchant's months, and the lines that still stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.merchants.models import Merchant
from pointsapp.redemption.models import Redemption, Settlement, SettlementLine, SettlementState


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    id: int
    public_id: str
    merchant_id: int
    merchant_name: str
    area_id: int
    area_path: str
    month: str
    state: SettlementState
    redemptions: int
    total_points: int
    total_fen: int
    merchant_confirmed_at: datetime | None
    office_confirmed_at: datetime | None
    confirmed_at: datetime | None
    is_repeat: bool = False


def _select() -> Select[Settlement, str, int, str]:
    return (
        select(Settlement, Merchant.name, Merchant.area_id, Area.path)
        .join(Merchant, Merchant.id == Settlement.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
    )


def _rows(session: Session, statement: Select[Settlement, str, int, str]) -> list[SettlementRow]:
    return [
        SettlementRow(
            id=row.id,
            public_id=row.public_id,
            merchant_id=row.merchant_id,
            merchant_name=name,
            area_id=area_id,
            area_path=path,
            month=row.month,
            state=row.state,
            redemptions=row.redemptions,
            total_points=row.total_points,
            total_fen=row.total_fen,
            merchant_confirmed_at=row.merchant_confirmed_at,
            office_confirmed_at=row.office_confirmed_at,
            confirmed_at=row.confirmed_at,
        )
        for row, name, area_id, path in session.execute(statement.execution_options(populate_existing=True))
    ]


def settlement_row(session: Session, public_id: str) -> SettlementRow | None:
    return next(iter(_rows(session, _select().where(Settlement.public_id == public_id))), None)


def settlements_of(session: Session, merchant_id: int) -> list[SettlementRow]:
    """Return a merchant's settlements, newest month first."""
    return _rows(
        session, _select().where(Settlement.merchant_id == merchant_id).order_by(Settlement.month.desc()).limit(120)
    )


def standing_lines(session: Session, settlement_id: int) -> list[tuple[int, int, int]]:
    """Return (redemption key, points, agreed fen) of the lines whose redemption was not undone."""
    rows = session.execute(
        select(SettlementLine.redemption_id, SettlementLine.points, SettlementLine.agreed_fen)
        .join(Redemption, Redemption.id == SettlementLine.redemption_id)
        .where(SettlementLine.settlement_id == settlement_id, Redemption.reversed_at.is_(None))
        .order_by(SettlementLine.redemption_id)
    )
    return [(key, points, fen) for key, points, fen in rows]
