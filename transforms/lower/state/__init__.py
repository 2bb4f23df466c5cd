"""The state of a lowering: the block being built, the frames, the heap of abstract objects, and how states are joined.

Lowering runs the function abstractly, once, statement by statement: numerical operations become statements of the core
language, everything else happens here.  Where control flow splits, both sides run from the same snapshot and their
states are joined (`branch`); a loop's body runs until the state at its head stands still (`transforms.lower.loops`).
Some facts are found too late (a list turns out to grow in a loop): they go into `notes`, and `Restart` begins again.
"""
