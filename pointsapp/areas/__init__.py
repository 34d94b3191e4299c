"""The area tree: who is below whom, and where a code leads."""
