"""Lowering of statements: one handler for each kind of syntax, none by default."""
