"""Derivatives taken inside a function: `ad.grad`, `vjp`, `jvp`, ... met while lowering.

The inner function is lowered where it is called, differentiated, and its sweeps become statements like any other, so
that what is around may be differentiated again.  Each derivative has inputs of its own (`same_object`): what the inner
function captures is not its argument, even where both are the same value, and no perturbations can be confused.
"""
