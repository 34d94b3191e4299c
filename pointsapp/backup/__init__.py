"""One file that holds a whole deployment: database and pictures, made while people go on working, and put back whole or not at all."""

from pointsapp.backup.archive import BackupRefused
from pointsapp.backup.making import back_up
from pointsapp.backup.restoring import restore

__all__ = ["BackupRefused", "back_up", "restore"]
