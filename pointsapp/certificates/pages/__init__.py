"""HTML door of certificates."""

from pointsapp.certificates.pages import desk, mine, verification  # noqa: F401 - bring their routes
from pointsapp.certificates.pages.blueprint import bp

__all__ = ["bp"]
