"""The reading room of boards: rankings, the community's month, the public statement."""

from pointsapp.boards.queries.rankings import (
    Board,
    CommunityMonth,
    RankRow,
    board_for,
    communities_month,
    community_month,
    my_rank,
    ranking_page,
)
from pointsapp.boards.queries.statement import FIRST_MONTH, MonthStatement, month_statement
from pointsapp.boards.queries.wall import Wall, wall_chart

__all__ = [
    "FIRST_MONTH",
    "Board",
    "CommunityMonth",
    "MonthStatement",
    "RankRow",
    "Wall",
    "board_for",
    "communities_month",
    "community_month",
    "month_statement",
    "my_rank",
    "ranking_page",
    "wall_chart",
]
