"""What the calls of stars share: the blueprint, which writes down what officers are shown."""

from __future__ import annotations

from pointsapp.stars.pages.showing import keep_opened
from pointsapp.web.api import api_blueprint
from pointsapp.web.etags import conditional

blp = api_blueprint("stars", "Five-star schemes, branches, rounds, standings.")
blp.after_request(conditional)
blp.after_request(keep_opened)
