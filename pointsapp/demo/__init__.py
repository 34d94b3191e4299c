"""The demo street, grown from the facts in the newspaper pages: every page of it says 演示数据."""

from pointsapp.demo.load import Say, load_demo_once
from pointsapp.demo.log_ins import log_ins_for_page, print_log_ins

__all__ = ["Say", "load_demo_once", "log_ins_for_page", "print_log_ins"]
