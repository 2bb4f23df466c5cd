"""The derivative transformations: one file each, one walk over the core language each."""
