"""Venue codes, scans, attendance, corrections."""
