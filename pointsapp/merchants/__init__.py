"""Merchants, their people, and their offers."""
