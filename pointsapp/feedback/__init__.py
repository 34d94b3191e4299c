"""Feedback 意见与投诉: said by anybody on any page, answered by a named person by a day, and carried up where that fails."""
