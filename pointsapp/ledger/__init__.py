"""Two books, points and minutes. Core only: knows no task, no merchant."""
