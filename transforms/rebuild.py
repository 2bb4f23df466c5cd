"""Core language -> gast tree: expressions nested again, names given, values that loops carry put into one name.

Three decisions, in this order: which single-use temporaries are written in the expression that uses them (`Nesting`),
which values share a name (`transforms.names`), and what each statement looks like (`Rebuild`).
"""

from __future__ import annotations

import builtins
import keyword
import math
import operator
import sys
from typing import Any

import gast
import numpy as np

from tensor import runtime
from tensor.attributes import ADD_AT, Attribute, Method
from transforms import ir
from transforms.analyse.memory import Memory
from transforms.ir import UNDEFINED, Const, Var
from transforms.lower.intrinsics import call_object
from transforms.lower.objects import write_attribute
from transforms.lower.operations import assert_, make_list, raise_, unpack, write_item
from transforms.lower.through import write_by_method
from transforms.names import Naming

BINARY = {
    operator.add: gast.Add, operator.sub: gast.Sub, operator.mul: gast.Mult, operator.truediv: gast.Div,
    operator.floordiv: gast.FloorDiv, operator.mod: gast.Mod, operator.pow: gast.Pow, operator.matmul: gast.MatMult,
    operator.and_: gast.BitAnd, operator.or_: gast.BitOr, operator.xor: gast.BitXor,
    operator.lshift: gast.LShift, operator.rshift: gast.RShift, operator.concat: gast.Add,
}  # fmt: skip
COMPARE = {
    operator.lt: gast.Lt, operator.le: gast.LtE, operator.gt: gast.Gt, operator.ge: gast.GtE, operator.eq: gast.Eq,
    operator.ne: gast.NotEq, operator.is_: gast.Is, operator.is_not: gast.IsNot,
}  # fmt: skip
UNARY = {operator.neg: gast.USub, operator.pos: gast.UAdd, operator.invert: gast.Invert, operator.not_: gast.Not}
MODULES = {"np": "numpy", "np.linalg": "numpy.linalg", "np.fft": "numpy.fft", "math": "math"}
METHODS = {np.sum: "sum"}  # in half the time of the function
LARGEST_NESTED = 9


def name(ident: str, ctx: Any = None) -> gast.Name:
    return gast.Name(ident, ctx or gast.Load(), None, None)


def dotted(path: str) -> Any:
    first, *rest = path.split(".")
    node: Any = name(first)
    for part in rest:
        node = gast.Attribute(node, part, gast.Load())
    return node


class Nesting:
    """Which temporaries are written inside the statement that uses them."""

    def __init__(self, fn: ir.Function) -> None:
        self.memory = Memory(fn.body)
        self.count: dict[int, int] = {}
        self.inline: dict[int, ir.Apply] = {}
        self.size: dict[int, int] = {}
        self.updated = {s.target.serial for s in ir.walk(fn.body) if isinstance(s, ir.Store) and s.index is None}
        for stmt in ir.walk(fn.body):
            for tree in (*ir.operands(stmt), *ir.inner_results(stmt)):
                self._tally(tree)
        self._tally(fn.body.results)
        self._block(fn.body)

    def _tally(self, tree: Any) -> None:
        for var in ir.tree_vars(tree):
            self.count[var.serial] = self.count.get(var.serial, 0) + 1

    def _block(self, block: ir.Block) -> None:
        pending: dict[int, ir.Apply] = {}
        for stmt in block.stmts:
            here = [v for tree in self._direct(stmt) for v in ir.tree_vars(tree)]
            self._take(here, pending)
            self._invalidate(stmt, pending)
            for inner in ir.blocks(stmt):
                self._block(inner)
            if self._nestable(stmt):
                pending[stmt.out.serial] = stmt
                self.size[stmt.out.serial] = 1 + sum(
                    self.size.get(v.serial, 0)
                    for v in ir.tree_vars((stmt.args, stmt.kwargs))
                    if v.serial in self.inline
                )
        ends = [v for tree in block.results for v in ir.tree_vars(tree)]
        self._take(ends, pending)

    def _direct(self, stmt: Any) -> list[Any]:
        """The operands that a statement evaluates once, where it stands."""
        return list(ir.operands(stmt))

    def _take(self, used: list[Var], pending: dict[int, ir.Apply]) -> None:
        for var in used:
            maker = pending.pop(var.serial, None)
            if var.serial in self.updated and maker is not None and maker.fn is not operator.getitem:
                continue
            if maker is not None and self.size.get(var.serial, 1) <= LARGEST_NESTED:
                self.inline[var.serial] = maker

    def _nestable(self, stmt: Any) -> bool:
        if not isinstance(stmt, ir.Apply) or stmt.effect or not isinstance(stmt.out, Var) or stmt.out.name:
            return False
        return self.count.get(stmt.out.serial, 0) == 1 and stmt.fn is not unpack

    def _invalidate(self, stmt: Any, pending: dict[int, ir.Apply]) -> None:
        """A write between an expression and its use keeps the expression where it is."""
        if not _writes(stmt):
            return
        for serial, maker in list(pending.items()):
            if not isinstance(maker.fn, Attribute) and any(v.region is not None for v in self._leaves(maker)):
                del pending[serial]

    def _leaves(self, maker: ir.Apply) -> list[Var]:
        found = []
        for var in ir.tree_vars((maker.args, maker.kwargs)):
            inner = self.inline.get(var.serial)
            found.extend(self._leaves(inner) if inner is not None else [])
            found.append(var)
        return found


def is_array(operand: Any) -> bool:
    """Whether an operand is surely an array, and not a number."""
    return isinstance(operand, Var) and operand.kind.base == "array" and operand.kind.ndim is not None


def _writes(stmt: Any) -> bool:
    if isinstance(stmt, ir.Store) or isinstance(stmt, ir.Apply) and stmt.effect:
        return True
    return any(_writes(s) for block in ir.blocks(stmt) for s in block.stmts)


class Rebuild:
    """Builds the gast tree of one function; `namespace` and `imports` are what its text refers to.

    `outers` are the numbers and arrays from outside with their names, `known_as` are names for objects by identity.
    """

    def __init__(
        self, fn: ir.Function, params: list[str], outers: list[tuple[Var, str]], known_as: dict[int, str]
    ) -> None:
        self.fn = fn
        self.known_as = known_as
        self.taken = {"np", "math", *params, *(name for _, name in outers)}
        self.nesting = Nesting(fn)
        self.namespace: dict[str, Any] = {}
        self.imports: set[str] = set()
        self.reserved = self.find_references()
        self.outers = {var.serial for var, _ in outers}
        self.naming = Naming(fn, self.nesting.inline, {**dict(outers)}, self.reserved)
        self.lines: dict[int, Any] = {}
        self.comments: dict[int, str] = {}
        self.last_comment: Any = None
        self._line = 0
        self.params = params

    # -- references ----------------------------------------------------------------------------------------------------

    def find_references(self) -> set[str]:
        """The global names that the text will use."""
        self._paths: dict[int, str] = {}
        for stmt in ir.walk(self.fn.body):
            if isinstance(stmt, ir.Apply):
                self.reference(stmt.fn)
            if isinstance(stmt, ir.Guarded):
                for cls in stmt.catches:
                    self.reference(catchable(cls))
            for tree in (*ir.operands(stmt), *ir.inner_results(stmt)):
                ir.tree_map(lambda a: self.reference(a.value) if isinstance(a, Const) else None, tree)
        ir.tree_map(lambda a: self.reference(a.value) if isinstance(a, Const) else None, self.fn.body.results)
        names = {p.split(".")[0] for p in self._paths.values()}
        return names | {"np", "math", "range", "reversed", "zip", "len", "slice"}

    def reference(self, obj: Any) -> str | None:
        """The dotted path by which text refers to an object; None for literals and operators."""
        if isinstance(obj, float) and (math.isinf(obj) or math.isnan(obj)):
            self.imports.add("import math")
        if isinstance(obj, ir.LITERALS) or obj is UNDEFINED.value or isinstance(obj, (Attribute, Method)):
            return None
        if id(obj) in SPELLED:
            return None
        found = self._paths.get(id(obj))
        if found is None:
            found = self._paths[id(obj)] = self._path(obj)
        return found

    def _path(self, obj: Any) -> str:
        label = getattr(obj, "__name__", "")
        label = label if isinstance(label, str) else ""
        if label and getattr(builtins, label, None) is obj:
            return label
        for prefix, module in MODULES.items():
            if label and getattr(sys.modules.get(module), label, None) is obj:
                self.imports.add("import math" if prefix == "math" else "import numpy as np")
                return f"{prefix}.{label}"
        if obj is ADD_AT or getattr(obj, "__self__", None) is np.add and label == "at":
            self.imports.add("import numpy as np")
            return "np.add.at"
        if isinstance(getattr(obj, "__self__", None), np.ufunc):
            self.imports.add("import numpy as np")
            return f"np.{obj.__self__.__name__}.{label}"
        if label and getattr(runtime, label, None) is obj and getattr(obj, "__module__", "") == runtime.__name__:
            self.imports.add(f"from tensor.runtime import {label}")
            return label
        special = sys.modules.get("scipy.special")
        if special is not None and label and getattr(special, label, None) is obj:
            self.imports.add("from scipy import special")
            return f"special.{label}"
        label = label or self.known_as.get(id(obj), "")
        path = label if label.isidentifier() and not keyword.iskeyword(label) else type(obj).__name__.lower() + "_"
        while self.namespace.get(path, obj) is not obj or hasattr(builtins, path) or path in self.taken:
            path += "_"
        self.namespace[path] = obj
        return path

    # -- expressions ---------------------------------------------------------------------------------------------------

    def expr(self, tree: Any) -> Any:
        if isinstance(tree, Var):
            maker = self.nesting.inline.get(tree.serial)
            return self.application(maker) if maker is not None else name(self.naming.of(tree))
        if isinstance(tree, Const):
            return self.constant(tree.value)
        if isinstance(tree, tuple) and hasattr(tree, "_fields"):
            path = self._path(type(tree)) if id(type(tree)) not in self._paths else self._paths[id(type(tree))]
            return gast.Call(dotted(path), [self.expr(t) for t in tree], [])
        if isinstance(tree, tuple):
            return gast.Tuple([self.expr(t) for t in tree], gast.Load())
        if isinstance(tree, list):
            return gast.List([self.expr(t) for t in tree], gast.Load())
        if isinstance(tree, dict):
            return gast.Dict([gast.Constant(k, None) for k in tree], [self.expr(v) for v in tree.values()])
        if isinstance(tree, ir.Slice):
            parts = [self.expr(p) for p in (tree.start, tree.stop, tree.step)]
            return gast.Call(
                name("slice"), parts if tree.step != Const(None) or tree.start != Const(None) else parts[1:2], []
            )
        raise TypeError(f"no text for {tree!r}")

    def constant(self, value: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            path = dotted("math.nan" if math.isnan(value) else "math.inf")
            return gast.UnaryOp(gast.USub(), path) if value == -math.inf else path
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
            return gast.UnaryOp(gast.USub(), gast.Constant(-value, None))
        if isinstance(value, ir.LITERALS):
            return gast.Constant(value, None)
        if isinstance(value, np.dtype):
            return gast.Call(dotted("np.dtype"), [gast.Constant(value.str, None)], [])
        return dotted(self.reference(value))  # type: ignore[arg-type]

    def application(self, stmt: ir.Apply) -> Any:
        fn, args = stmt.fn, stmt.args
        if fn in BINARY:
            node = self.expr(args[0])
            for other in args[1:]:
                node = gast.BinOp(node, BINARY[fn](), self.expr(other))
            return node
        if fn in COMPARE:
            return gast.Compare(self.expr(args[0]), [COMPARE[fn]()], [self.expr(args[1])])
        if fn is operator.contains:
            return gast.Compare(self.expr(args[1]), [gast.In()], [self.expr(args[0])])
        if fn in UNARY:
            return gast.UnaryOp(UNARY[fn](), self.expr(args[0]))
        if fn is operator.getitem:
            return gast.Subscript(self.expr(args[0]), self.index(args[1]), gast.Load())
        if isinstance(fn, Attribute):
            return gast.Attribute(self.expr(args[0]), fn.name, gast.Load())
        if fn is make_list:
            return gast.List([self.expr(a) for a in args], gast.Load())
        if fn is unpack or getattr(fn, "__name__", "") == "same_object":
            return self.expr(args[0])
        if isinstance(fn, Method):
            target = gast.Attribute(self.expr(args[0]), fn.name, gast.Load())
            return gast.Call(target, [self.expr(a) for a in args[1:]], self.keywords(stmt.kwargs))
        if fn is call_object:
            return gast.Call(self.expr(args[0]), [self.expr(a) for a in args[1:]], self.keywords(stmt.kwargs))
        if fn is np.transpose and len(args) == 1 and not stmt.kwargs:
            return gast.Attribute(self.expr(args[0]), "T", gast.Load())
        if fn in METHODS and stmt.loc is not None and stmt.loc.derived and is_array(args[0]):
            target = gast.Attribute(self.expr(args[0]), METHODS[fn], gast.Load())
            return gast.Call(target, [self.expr(a) for a in args[1:]], self.keywords(stmt.kwargs))
        return gast.Call(dotted(self.reference(fn)), [self.expr(a) for a in args], self.keywords(stmt.kwargs))  # type: ignore[arg-type]

    def index(self, tree: Any) -> Any:
        """An index, where slices have their own syntax."""
        if isinstance(tree, ir.Slice):
            parts = [None if p == Const(None) else self.expr(p) for p in (tree.start, tree.stop, tree.step)]
            return gast.Slice(*parts)
        if isinstance(tree, tuple) and tree:
            return gast.Tuple([self.index(t) for t in tree], gast.Load())
        return self.expr(tree)

    def keywords(self, kwargs: dict[str, Any]) -> list[Any]:
        return [gast.keyword(k, self.expr(v)) for k, v in kwargs.items()]

    # -- statements ----------------------------------------------------------------------------------------------------

    def place(self, node: Any, loc: Any) -> Any:
        """Number a statement, so that lines and comments can be looked up by it."""
        self._line += 1
        node.lineno = node.end_lineno = self._line
        node.col_offset = node.end_col_offset = 0
        self.lines[self._line] = loc
        if loc is not None and getattr(loc, "backward", False):
            where = (loc.source.filename, getattr(loc.stmt or loc.node, "lineno", 0))
            if where != self.last_comment:
                text = primal_line(loc)
                if text:
                    self.comments[self._line] = text
            self.last_comment = where
        return node

    def assign(self, target: str, value: Any, loc: Any = None) -> Any:
        return self.place(gast.Assign([name(target, gast.Store())], value, None), loc)

    def block(self, block: ir.Block) -> list[Any]:
        out: list[Any] = []
        for stmt in block.stmts:
            out.extend(STATEMENTS[type(stmt)](self, stmt))
        return out

    def apply(self, stmt: ir.Apply) -> list[Any]:
        if isinstance(stmt.out, Var) and stmt.out.serial in self.nesting.inline:
            return []
        if stmt.fn is raise_:
            exc = None if stmt.args[0] == Const(None) else self.expr(stmt.args[0])
            cause = self.expr(stmt.args[1]) if len(stmt.args) > 1 else None
            return [self.place(gast.Raise(exc, cause), stmt.loc)]
        if stmt.fn is assert_:
            message = self.expr(stmt.args[1]) if len(stmt.args) > 1 else None
            return [self.place(gast.Assert(self.expr(stmt.args[0]), message), stmt.loc)]
        if stmt.fn is write_attribute:
            held = gast.Attribute(self.expr(stmt.args[0]), stmt.args[1].value, gast.Store())
            return [self.place(gast.Assign([held], self.expr(stmt.args[2]), None), stmt.loc)]
        if stmt.fn in (operator.setitem, write_item):
            target = gast.Subscript(self.expr(stmt.args[0]), self.index(stmt.args[1]), gast.Store())
            return [self.place(gast.Assign([target], self.expr(stmt.args[2]), None), stmt.loc)]
        if stmt.fn is write_by_method:
            writer = gast.Attribute(self.expr(stmt.args[0]), stmt.args[1].value, gast.Load())
            return [self.place(gast.Expr(gast.Call(writer, [self.expr(a) for a in stmt.args[2:]], [])), stmt.loc)]
        value = self.application(stmt)
        unused = not any(self.naming.read(v) for v in ir.tree_vars(stmt.out))
        if stmt.out is None or unused and stmt.effect:
            return [self.place(gast.Expr(value), stmt.loc)]
        return [self.place(gast.Assign([self.target(stmt.out)], value, None), stmt.loc)]

    def target(self, out: Any) -> Any:
        if isinstance(out, Var):
            return name(self.naming.of(out), gast.Store())
        return gast.Tuple([self.target(o) for o in out], gast.Store())

    def store(self, stmt: ir.Store) -> list[Any]:
        target = self.expr(stmt.target)
        value = self.expr(stmt.value)
        index = stmt.index
        if index is None and stmt.target.serial in self.outers:
            index = Const(Ellipsis)  # a name of the module would become the function's own by `name += value`
        if index is not None:
            node: Any = gast.Subscript(target, self.index(index), gast.Store())
        else:
            node = target
            node.ctx = gast.Store()
        if stmt.op is None:
            return [self.place(gast.Assign([node], value, None), stmt.loc)]
        return [self.place(gast.AugAssign(node, BINARY[stmt.op](), value), stmt.loc)]

    def copies(self, pairs: list[tuple[Var, Any]], loc: Any) -> list[Any]:
        """Assignments that all read before any writes."""
        todo = []
        for target, value in pairs:
            if value is UNDEFINED:
                if self.naming.must_exist(target):
                    todo.append((self.naming.of(target), gast.Constant(None, None)))
                continue
            if (
                isinstance(value, Var)
                and value.serial not in self.nesting.inline
                and self.naming.of(value) == self.naming.of(target)
            ):
                continue
            todo.append((self.naming.of(target), self.expr(value)))
        if not todo:
            return []
        if len(todo) == 1 or not _entangled(todo):
            return [self.assign(target, value, loc) for target, value in todo]
        targets = gast.Tuple([name(t, gast.Store()) for t, _ in todo], gast.Store())
        return [self.place(gast.Assign([targets], gast.Tuple([v for _, v in todo], gast.Load()), None), loc)]

    def branch(self, stmt: ir.If) -> list[Any]:
        node = self.place(gast.If(self.expr(stmt.cond), [], []), stmt.loc)
        for block, field in ((stmt.then, "body"), (stmt.orelse, "orelse")):
            body = self.block(block)
            pairs = list(zip(stmt.outs, block.results, strict=True))
            body += self.copies(pairs, stmt.loc)
            setattr(node, field, body)
        if not node.body and not node.orelse:
            return []
        chosen = self.choice(node)
        if chosen is not None:
            return [chosen]
        if not node.body:
            node.test = gast.UnaryOp(gast.Not(), node.test) if not _is_not(node.test) else node.test.operand
            node.body, node.orelse = node.orelse, []
        return [node]

    def choice(self, node: Any) -> Any:
        """A branch that only chooses between two values, as one assignment."""
        sides = (node.body, node.orelse)
        if not all(len(side) == 1 and isinstance(side[0], gast.Assign) for side in sides):
            return None
        (a,), (b,) = sides
        if not all(isinstance(s.targets[0], gast.Name) for s in (a, b)) or a.targets[0].id != b.targets[0].id:
            return None
        if any(isinstance(n, gast.IfExp) for n in (*gast.walk(a.value), *gast.walk(b.value))):
            return None
        made = gast.Assign(a.targets, gast.IfExp(node.test, a.value, b.value), None)
        return gast.copy_location(made, node)

    def guarded(self, stmt: ir.Guarded) -> list[Any]:
        node = self.place(gast.Try([], [], [], []), stmt.loc)
        node.body = self.block(stmt.body)
        flagged = self.naming.read(stmt.cond)
        sides = []
        for block, value in ((stmt.then, True), (stmt.orelse, False)):
            side = [self.assign(self.naming.of(stmt.cond), gast.Constant(value, None), stmt.loc)] if flagged else []
            side += self.block(block)
            sides.append(side + self.copies(list(zip(stmt.outs, block.results, strict=True)), stmt.loc))
        if not node.body:
            return sides[1]
        classes = [dotted(self.reference(catchable(c))) for c in stmt.catches]  # type: ignore[arg-type]
        kind = classes[0] if len(classes) == 1 else gast.Tuple(classes, gast.Load())
        caught = name(self.naming.of(stmt.caught), gast.Store()) if self.naming.read(stmt.caught) else None
        node.handlers = [self.place(gast.ExceptHandler(kind, caught, sides[0]), stmt.loc)]
        node.handlers[0].body = sides[0] or [self.place(gast.Pass(), stmt.loc)]
        node.orelse = sides[1]
        return [node]

    def loop(self, stmt: ir.Loop) -> list[Any]:
        out = [self.assign(self.naming.of(made), gast.List([], gast.Load()), stmt.loc) for made, _ in stmt.collects]
        if stmt.trips is not None:
            out.append(self.assign(self.naming.of(stmt.trips), gast.Constant(0, None), stmt.loc))
        out += self.copies(list(zip(stmt.phis, stmt.inits, strict=True)), stmt.loc)
        node = self.head(stmt)
        self.place(node, stmt.loc)
        if stmt.test is not None:
            node.body = self.while_head(stmt, node)
        node.body += self.block(stmt.body)
        for made, item in stmt.collects:
            call = gast.Call(gast.Attribute(name(self.naming.of(made)), "append", gast.Load()), [self.expr(item)], [])
            node.body.append(self.place(gast.Expr(call), stmt.loc))
        node.body += self.copies(list(zip(stmt.phis, stmt.body.results, strict=True)), stmt.loc)
        if stmt.trips is not None:
            counted = gast.AugAssign(name(self.naming.of(stmt.trips), gast.Store()), gast.Add(), gast.Constant(1, None))
            node.body.append(self.place(counted, stmt.loc))
        if stmt.halt is not None and stmt.halt != Const(False):
            stop = self.place(gast.If(self.expr(stmt.halt), [], []), stmt.loc)
            stop.body = [self.place(gast.Break(), stmt.loc)]
            node.body.append(stop)
        if not node.body:
            node.body = [self.place(gast.Pass(), stmt.loc)]
        return [*out, node]

    def while_head(self, stmt: ir.Loop, node: Any) -> list[Any]:
        """The statements of a while loop's condition that are not inside one expression."""
        assert stmt.test is not None
        before = self.block(stmt.test)
        cond = self.expr(stmt.test.results[0])
        if not before:
            node.test = cond
            return []
        node.test = gast.Constant(True, None)
        stop = self.place(gast.If(gast.UnaryOp(gast.Not(), cond), [], []), stmt.loc)
        stop.body = [self.place(gast.Break(), stmt.loc)]
        return [*before, stop]

    def head(self, stmt: ir.Loop) -> Any:
        if stmt.test is not None:
            return gast.While(gast.Constant(True, None), [], [])
        targets, iters = [], []
        if stmt.bounds is not None:
            index = stmt.index
            ident = self.naming.of(index) if index is not None and self.naming.read(index) else self.naming.ignored
            targets.append(name(ident, gast.Store()))
            iters.append(self.reverse(self.range(stmt.bounds), stmt.reverse))
        for scan in stmt.scans:
            targets.append(self.target(scan.item))
            iters.append(self.reverse(self.expr(scan.source), scan.reverse))
        if len(iters) == 1:
            return gast.For(targets[0], iters[0], [], [], None)
        call = gast.Call(name("zip"), iters, [])
        return gast.For(gast.Tuple(targets, gast.Store()), call, [], [], None)

    def range(self, bounds: Any) -> Any:
        start, stop, step = bounds
        args = (
            [stop]
            if start == Const(0) and step == Const(1)
            else [start, stop]
            if step == Const(1)
            else [start, stop, step]
        )
        return gast.Call(name("range"), [self.expr(a) for a in args], [])

    def reverse(self, node: Any, reverse: bool) -> Any:
        return gast.Call(name("reversed"), [node], []) if reverse else node

    # -- the function --------------------------------------------------------------------------------------------------

    def function(self) -> Any:
        args = gast.arguments([name(p, gast.Param()) for p in self.params], [], None, [], [], None, [])
        node = self.place(gast.FunctionDef(self.fn.name, args, [], [], None, None, []), None)
        body = self.block(self.fn.body)
        body.append(self.place(gast.Return(self.expr(self.fn.result)), None))
        makers = [self.nesting.inline.get(v.serial) for v in ir.tree_vars(self.fn.result)]
        self.lines[self._line] = next((maker.loc for maker in makers if maker is not None), None)  # without a comment
        node.body = body
        return node


SPELLED = {
    id(obj)
    for obj in (
        *BINARY,
        *COMPARE,
        *UNARY,
        operator.getitem,
        operator.contains,
        operator.setitem,
        make_list,
        unpack,
        raise_,
        assert_,
        call_object,
        write_item,
        write_attribute,
        write_by_method,
    )
}


def catchable(cls: type) -> type:
    """What emitted text catches for what the user does: refusals at run time, no Exceptions, are never caught."""
    return Exception if cls is BaseException else cls


def _entangled(todo: list[tuple[str, Any]]) -> bool:
    """Whether a later assignment reads what an earlier one writes."""
    written: set[str] = set()
    for target, value in todo:
        if any(isinstance(n, gast.Name) and n.id in written for n in gast.walk(value)):
            return True
        written.add(target)
    return False


def _is_not(node: Any) -> bool:
    return isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not)


def primal_line(loc: Any) -> str:
    """The user's line that a statement comes from."""
    node = loc.stmt or loc.node
    line = getattr(node, "lineno", None)
    if line is None or line > len(loc.source.lines):
        return ""
    return loc.source.lines[line - 1].strip()


STATEMENTS: dict[type, Any] = {
    ir.Apply: Rebuild.apply,
    ir.Store: Rebuild.store,
    ir.If: Rebuild.branch,
    ir.Loop: Rebuild.loop,
    ir.Guarded: Rebuild.guarded,
}
