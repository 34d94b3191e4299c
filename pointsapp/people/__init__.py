"""People: joining, signing in, roles, one-time codes, API tokens."""
