"""The tables of inspections."""

from pointsapp.inspections.models.draws import DrawOutcome, DrawSeed, InspectionDraw, OutcomeKind
from pointsapp.inspections.models.findings import (
    Finding,
    FindingPhoto,
    FindingState,
    FindingStep,
    Inspection,
    InspectionState,
    Severity,
    StepKind,
)
from pointsapp.inspections.models.passes import InspectorPass, PassOpening

__all__ = [
    "DrawOutcome",
    "DrawSeed",
    "Finding",
    "FindingPhoto",
    "FindingState",
    "FindingStep",
    "Inspection",
    "InspectionDraw",
    "InspectionState",
    "InspectorPass",
    "OutcomeKind",
    "PassOpening",
    "Severity",
    "StepKind",
]
