"""Lowering of expressions: one small handler for each kind of syntax, in the table of its file; none by default."""
