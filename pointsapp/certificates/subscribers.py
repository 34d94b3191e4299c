"""A correction of minutes ends certificates that say otherwise."""

from __future__ import annotations

from pointsapp.certificates.services import supersede_corrected

SUBSCRIBERS = [("checkin.corrected", "certificates.supersede", supersede_corrected)]
