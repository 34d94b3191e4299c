"""Inspections 督查: random draws that anybody can run again, passes to read one branch, findings and their rectification."""
