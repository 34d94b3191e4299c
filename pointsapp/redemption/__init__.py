"""Vouchers, the till, settlements."""
