"""Public pages and rankings: reads only."""
