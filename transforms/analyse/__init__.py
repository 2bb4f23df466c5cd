"""Analyses: pure functions from a core-language function to facts beside it.  None changes what it reads."""
