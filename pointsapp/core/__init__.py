"""The basement: what every feature stands on. Knows no feature, and no Flask beyond the database's app context."""
