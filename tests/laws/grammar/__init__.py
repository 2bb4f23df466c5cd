"""The grammar of the random programs: one module a subject, every feature a small maker of text."""

from . import arrays, closures, containers, control, functions, objects, ordinary, recursion, scalars, views, writes  # noqa: F401  (they register their makers)
from .core import MAKERS, Array, Float, Int, List, Maker, Pen, Record, Shared, Table, Unfit, Var

__all__ = ["MAKERS", "Array", "Float", "Int", "List", "Maker", "Pen", "Record", "Shared", "Table", "Unfit", "Var"]
