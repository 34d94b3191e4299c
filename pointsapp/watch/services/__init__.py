"""What changes something in watch."""

from pointsapp.watch.services.deciding import Decide, DecisionReceipt, decide
from pointsapp.watch.services.looking import look_around

__all__ = ["Decide", "DecisionReceipt", "decide", "look_around"]
