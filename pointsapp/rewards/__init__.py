"""Point rules as versioned data, caps, budgets: "why this score"."""
