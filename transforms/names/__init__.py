"""Names for values: the user's own where they can be had, one name for what a loop or branch carries on.

Every value has a live range, from where it is bound to where it is last read.  A value carried by a loop or chosen by a
branch shares its name with what flows into it, if their live ranges do not overlap; otherwise it is copied.  Two values
may have the same name if they are never alive together, so that `y = y + 1` stays what the user wrote.
"""
