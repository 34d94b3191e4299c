"""What a WSGI server loads: the application behind its gate, a request's body read before it. `pointsapp serve` loads it; the file at
the root is for another server."""

from __future__ import annotations

from pointsapp import create_app
from pointsapp.core.lifeline import hold_on
from pointsapp.web.arrival import with_arrival
from pointsapp.web.gate import with_gate

hold_on()
app = with_arrival(with_gate(create_app(only_serves=True)))
