"""What a WSGI server loads: the application behind its gate. `pointsapp serve` does; the file at the root is for another."""

from __future__ import annotations

from pointsapp import create_app
from pointsapp.core.lifeline import hold_on
from pointsapp.web.gate import with_gate

hold_on()
app = with_gate(create_app())
