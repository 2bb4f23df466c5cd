"""The rule tables, by subject.  Importing this package fills the registry with those of operators, of Python's own
functions and of NumPy's most usual ones; `registry.lookup` imports the others when it is first asked for one of theirs.
"""

from tensor.rules import arithmetic, builtins, contraction, creation, elementary, indexing, reductions, shaping

__all__ = ["arithmetic", "builtins", "contraction", "creation", "elementary", "indexing", "reductions", "shaping"]
