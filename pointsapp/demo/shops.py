"""The street's shops, public units and what they give."""
from __future__ import annotations
class Shops:
    pass
