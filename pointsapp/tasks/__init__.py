"""Tasks, shifts, sign-ups, waiting list."""
