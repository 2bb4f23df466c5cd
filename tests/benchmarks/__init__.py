"""Derivatives timed against hand-written adjoints and against other tools: `python -m tests.benchmarks --help`."""
