"""The rules' tests read the catalogue of metrics without an application: the features' metrics are handed in as the wiring does."""

from __future__ import annotations

from pointsapp.wiring import register_metrics

register_metrics()
