"""From Python to the core language: the abstract execution of a function on the kinds of its arguments."""
