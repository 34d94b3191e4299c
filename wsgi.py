from pointsapp.wsgi import app

__all__ = ["app"]
