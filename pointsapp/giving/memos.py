"""Keys of the sentences that giving writes into the books; their words stand in messages.py."""

DONATED = "giving.donated"
GIVEN = "giving.given"
RECEIVED = "giving.received"
