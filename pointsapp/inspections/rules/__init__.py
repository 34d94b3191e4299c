"""Pure decisions of inspections: the draw."""
