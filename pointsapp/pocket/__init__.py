"""The phone without a network: what is kept in the browser of whoever is signed in, and the worker that keeps it."""
