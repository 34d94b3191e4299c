"""HTML door of settlements: the shop's months, the office's console, paper and workbook."""

from pointsapp.settlements.pages import console, papers, shop, steps
from pointsapp.settlements.pages.door import bp

__all__ = ["bp", "console", "papers", "shop", "steps"]
