"""Lowering of calls: the user's functions are followed into, pure primitives become operations, the rest is refused
or, where nothing active is involved, called as it is."""
