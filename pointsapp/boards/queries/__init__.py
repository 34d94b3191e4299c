"""The reading room of boards: rankings, the community's month, the public statement, and the proof of their sums."""

from pointsapp.boards.queries.laid_out import LaidOut, laid_out, lay_out, points_on
from pointsapp.boards.queries.months import CommunityMonth, communities_month, community_month
from pointsapp.boards.queries.rankings import Board, MyRank, Ranking, RankRow, board_for, ranking
from pointsapp.boards.queries.statement import FIRST_MONTH, MonthStatement, month_statement
from pointsapp.boards.queries.verification import BoardsReport, verify_boards
from pointsapp.boards.queries.wall import Wall, wall_chart

__all__ = [
    "FIRST_MONTH",
    "Board",
    "BoardsReport",
    "CommunityMonth",
    "LaidOut",
    "MonthStatement",
    "MyRank",
    "RankRow",
    "Ranking",
    "Wall",
    "board_for",
    "communities_month",
    "community_month",
    "laid_out",
    "lay_out",
    "month_statement",
    "points_on",
    "ranking",
    "verify_boards",
    "wall_chart",
]
