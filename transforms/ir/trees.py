"""Trees of operands: the Vars in them, and trees made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.ir.values import Const, Slice, Var

# What follows is asked for thousands of times in one derivation: hence lists, not generators, and types compared.


def tree_vars(tree: Any) -> list[Var]:
    """The Vars of an operand tree, in order."""
    cls = type(tree)
    if cls is Var:
        return [tree]
    found: list[Var] = []
    if cls is not Const:
        collect(tree, found)
    return found


def collect(tree: Any, found: list[Var]) -> None:
    if isinstance(tree, dict):
        tree = tree.values()
    elif type(tree) is Slice:
        tree = (tree.start, tree.stop, tree.step)
    elif tree is None:
        return
    elif not isinstance(tree, (tuple, list)):
        raise TypeError(f"no operand: {tree!r}")  # it would be taken for a constant
    for item in tree:
        cls = type(item)
        if cls is Var:
            found.append(item)
        elif cls is not Const:
            collect(item, found)


def tree_map(f: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with `f` applied to each Var and Const of it."""
    cls = type(tree)
    if cls is Var or cls is Const:
        return f(tree)
    if cls is tuple:
        return tuple([tree_map(f, item) for item in tree])
    if cls is list:
        return [tree_map(f, item) for item in tree]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return cls(*(tree_map(f, item) for item in tree))
    if isinstance(tree, (tuple, list)):
        return cls(tree_map(f, item) for item in tree)
    if isinstance(tree, dict):
        return {key: tree_map(f, item) for key, item in tree.items()}
    if cls is Slice:
        return Slice(tree_map(f, tree.start), tree_map(f, tree.stop), tree_map(f, tree.step))
    return f(tree)


def substituted(tree: Any, memo: dict[int, Any]) -> Any:
    """The tree with what `memo` has for the serials of its Vars in their place."""
    cls = type(tree)
    if cls is Var:
        return memo.get(tree.serial, tree)
    if cls is Const:
        return tree
    if cls is tuple:
        return tuple([substituted(item, memo) for item in tree])
    return tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, tree)
