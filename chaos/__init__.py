"""Chaos: what is killed, cut, filled or put back in the middle of load, and what must still hold afterwards.

`make chaos` starts the server, the worker and the database under a keeper that does what a unit file does (start again whatever
ends), lets people live on it over HTTP, strikes, and then asks the tables and the people's own answers whether every
acknowledged act stands exactly once and nothing else stands by half. It uses the proof's street, clients and rules
(proof/). See docs/chaos.md.
"""
