"""Lowering of loops, comprehensions and everything that iterates.

`iterate` feeds the items of an abstract value to a body.  Sequences known when deriving are unrolled; ranges, arrays
and lists become counted loops.  A loop's body is run abstractly until the state at its head stands still: what changes
from trip to trip becomes a phi, what does not stays what it was.
"""
