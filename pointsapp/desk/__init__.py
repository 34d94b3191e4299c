"""工作台: what waits for the staff today, with due times, substitutes and the way up; and what somebody hands over."""
