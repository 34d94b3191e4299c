"""What people are told: a row each, shown on their pages."""
