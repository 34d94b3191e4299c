"""The proof: crowds against a running server, on both databases, with the shipped limits, and what was seen in words.

`make proof` starts `pointsapp serve` and `pointsapp worker` itself, builds a small district through the commands and the JSON
API, lets hundreds of clients press at the same moment, and after each trial asks the tables (plain SQL, no code of the
application) and the API whether anything was promised twice. See docs/proof.md.
"""
