"""The reading room of dossiers."""

from pointsapp.dossiers.queries.contents import Came, Dossier, TaskPages, dossier_of, task_pages
from pointsapp.dossiers.queries.work import SheetLine, TaskLine

__all__ = ["Came", "Dossier", "SheetLine", "TaskLine", "TaskPages", "dossier_of", "task_pages"]
