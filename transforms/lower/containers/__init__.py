"""Containers: tuples, lists, dicts, sets, known when deriving or (lists that grow in loops) at run time."""
