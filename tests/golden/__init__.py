"""Emitted texts, stored and reviewed like code: `python -m tests.golden --write` makes them anew."""
