"""What changes attendance: check-in, review of provisional minutes, corrections, closing what was left open."""
