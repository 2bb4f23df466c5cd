"""Lowering of the builtins and library functions that organise a program: len, zip, sum, isinstance, functools, ...

Each handler takes `(lo, args, kwargs, node)` and stands in the table `HANDLERS` of its file.  What only computes
numbers is no intrinsic: the rule table has it.
"""
