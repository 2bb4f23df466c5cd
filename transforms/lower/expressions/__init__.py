"""Lowering of expressions: one small handler for each kind of syntax, none by default."""
