"""The reading room of boards: rankings, the community's month, the public statement."""

from pointsapp.boards.queries.rankings import (
    Board,
    CommunityMonth,
    RankRow,
    board_for,
    community_month,
    my_rank,
    ranking_page,
)
from pointsapp.boards.queries.statement import MonthStatement, month_statement

__all__ = [
    "Board",
    "CommunityMonth",
    "MonthStatement",
    "RankRow",
    "board_for",
    "community_month",
    "month_statement",
    "my_rank",
    "ranking_page",
]
