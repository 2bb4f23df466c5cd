"""Arrays and rules: the array module of given arguments, pytrees, and what is known of each array function."""

__distribution__ = "tapeless"  # other packages have this name too: see ad.rooms
