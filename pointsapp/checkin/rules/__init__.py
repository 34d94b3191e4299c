"""Pure decisions of check-in: which code belongs to which moment, who is accepted, how many minutes count."""
