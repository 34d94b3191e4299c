"""The gates of tasks: JSON calls, HTML forms."""
