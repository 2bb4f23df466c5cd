"""Written programs, one for each construct: the derivative is right or refused, and never wrong."""
