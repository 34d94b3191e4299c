"""Synthetic people and a year of their life in bulk, for scale tests: what the ledger's services would have written, row by row,
but brought in by COPY on PostgreSQL and by executemany on SQLite.

The books obey the ledger's rules: unique references, real fingerprints, balances after each line, nothing below zero, holds that
their entries resolve. The year is lived in the order of time by one loop, so one seed gives the same people and sums again.
"""

from pointsapp.demo.synth.loading import Loaded, synthesise

__all__ = ["Loaded", "synthesise"]
