"""What may raise inside a try statement: control flow that leaves by an exception, as flags.

While the body of a try statement is lowered, `lo.tries` holds its `Context`.  An operation that may raise what it
catches goes into an `ir.Guarded`, and all that follows, into its `orelse` (`attempt`).  The state at the failing
operation waits beside it; where the block ends (a branch, a trip of a loop, a function, the try statement itself),
the two are joined (`close`), the flag of the context being true on the failing side.  After a branch, a loop or a
call that may have failed, the flag is tested, and what follows goes into the side where nothing did (`reopen`).

    try:                                try:
        y = a / b                           t = a / b
        z = g(y)            ->          except ZeroDivisionError: failed = True
    except ZeroDivisionError:           else: failed = False; z = g(t)
        z = 0.0                         if failed: z = 0.0

What surely raises (`raise_to`) sets the flag and leaves the lowering of the block by `Raised`.  Operations that are not
known to raise what a handler catches are left as they are: if they raise it all the same, the exception reaches the
caller, which is loud.
"""
