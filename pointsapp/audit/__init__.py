"""Audit log 操作日志: what people did to others and to things, searched by who, whom, where, what and when; each search is kept."""
