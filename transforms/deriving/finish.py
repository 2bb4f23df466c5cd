"""The way from the core language to a function that runs: optimise, rebuild, print, load."""

from __future__ import annotations

import types
from typing import Any

import gast

from transforms import emit, ir, load
from transforms.analyse.memory import written_regions
from transforms.deriving.lowered import Lowered
from transforms.deriving.premises import pin_shapes, state_constants, state_shapes
from transforms.deriving.variants import Derived
from transforms.errors import UnsupportedError
from transforms.ir import Var
from transforms.lower.state.lowering import Lowering
from transforms.optimise import optimise
from transforms.rebuild.function import Rebuild


def finish(low: Lowered, fn: ir.Function, checked: bool = False) -> Derived:
    """Optimise, rebuild, print and load a core-language function; `checked`: another one has checked the shapes."""
    lo = low.lo
    lo.book.closed = True
    if checked:
        optimise(fn)
    else:
        state_constants(lo, fn)
        arrays = pin_shapes(lo, fn)
        optimise(fn, lo.book)
        state_shapes(lo, fn, arrays)
    names = {v.serial: n for v, n in outer_names(lo).items()}
    outers = [(var, names[var.serial]) for var, _ in lo.outers.values()]
    fn.params = unique_params(fn.params)
    rebuilt = Rebuild(fn, [p.name for p in fn.params], outers, lo.known_as)
    tree = gast.Module([silenced(rebuilt.function(), lo.silenced)], [])
    text, line_map = emit.unparse_with_map(tree, rebuilt.comments)
    header = "\n".join(sorted(rebuilt.imports | {"import numpy as np"}))
    source = f"{header}\n\n\n{text}" if header else text
    offset = source.count("\n") - text.count("\n")
    lines = {number + offset: rebuilt.lines.get(key) for number, key in line_map.items()}
    namespace = dict(rebuilt.namespace)
    refresh = []
    used = {n.id for n in gast.walk(tree) if isinstance(n, gast.Name)}
    for var, get in lo.outers.values():
        if names[var.serial] in used:
            namespace[names[var.serial]] = get()
            refresh.append((names[var.serial], get, var.kind))
    module = loaded(source, fn.name, namespace, lines)
    guards = [(get, expected) for get, expected in lo.guards.values()]
    run = getattr(module, fn.name)
    return Derived(run, source, module.__file__ or "", lines, guards, refresh, module, writes=writes_outside(lo, fn))


def loaded(source: str, name: str, namespace: dict[str, Any], lines: dict[int, Any]) -> types.ModuleType:
    """The module of an emitted text; Python reads no more than 100 levels of indentation and 20 of loops."""
    try:
        return load.load(source, name, namespace)
    except SyntaxError as error:
        if not str(error.msg).startswith("too many"):
            raise
        places = [loc for number, loc in sorted(lines.items()) if loc is not None and number <= (error.lineno or 0)]
        reason = f"its derivative is nested deeper than Python can read ({error.msg})"
        remedy = "write fewer branches and loops inside one another: a branch of each trip of a short loop counts, too"
        raise UnsupportedError(reason, places[-1].location() if places else None, remedy) from None


def writes_outside(lo: Lowering, fn: ir.Function) -> bool:
    """Whether a text writes containers, objects, names or arrays that are no arguments."""
    arrays = {var.region.find() for var, _ in lo.outers.values() if var.region is not None}
    stored = {region for stmt in ir.walk(fn.body) if isinstance(stmt, ir.Store) for region in written_regions(stmt)}
    return bool(lo.entered or lo.places or arrays & stored)


def silenced(function: gast.FunctionDef, names: set[str]) -> gast.FunctionDef:
    """The function with the warnings off, all through it, that `np.errstate` turns off in a part of its primal."""
    if names:
        ignore = [gast.keyword(name, gast.Constant("ignore", None)) for name in sorted({"all"} & names or names)]
        context = gast.Attribute(gast.Name("np", gast.Load(), None, None), "errstate", gast.Load())
        item = gast.withitem(gast.Call(context, [], ignore), None)
        function.body = [gast.With([item], function.body, None)]
    return function


def outer_names(lo: Lowering) -> dict[Var, str]:
    """Names for the numbers and arrays from outside, each its own."""
    taken: set[str] = set()
    found: dict[Var, str] = {}
    for var, _ in lo.outers.values():
        name, number = var.name if var.name.isidentifier() else "constant", 0
        while name in taken or name in ("np", "math"):
            number += 1
            name = f"{var.name}_{number}"
        taken.add(name)
        found[var] = name
    return found


def unique_params(params: list[Var]) -> list[Var]:
    seen: set[str] = set()
    for p in params:
        while p.name in seen:
            p.name += "_"
        seen.add(p.name)
    return params
