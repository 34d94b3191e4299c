"""How much the engine takes, beside what Flask and PostgreSQL take at most, and how long the pages take: `make bench`. Never asserts."""
