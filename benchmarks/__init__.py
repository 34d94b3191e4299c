"""How long the demo's pages and the hot calls take on this machine: `make bench`. Measures, never asserts."""
