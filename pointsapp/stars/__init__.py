"""Five-star schemes, branches, rounds, standings."""
