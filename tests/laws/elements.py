"""Random programs full of loops over the entries of arrays, the same text for the same seed.

    >>> generate(7).text == generate(7).text
    True

A program is a module: a function `f`, and `arguments(call)`, which makes its arguments for one call after another: of
other lengths, of single precision, arrays that are given twice or overlap.  The loops are what
`transforms.optimise.arrays` takes at once, or must not: ranges with starts, stops and steps of all kinds, entries at
the counter plus a constant and elsewhere, recurrences, updates in place, views and aliases, numbers that are carried.

Most programs are in bounds; some are not, and then raise what indexing raises.  `tests/laws/test_elements.py` tells
what must hold of them.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

HEAD = '''import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

import ad


def reals(phase, *shape, dtype=float):
    """Numbers between 0.2 and 2.2, or with an odd phase between -1 and 1.2."""
    places = np.arange(math.prod(shape)) * 1.7 + phase
    return (np.sin(places) * 1.1 + (0.1 if phase % 2 else 1.2)).reshape(shape).astype(dtype)


def wholes(phase, n, below):
    return (np.arange(n) * 3 + phase) % max(below, 1)


def flags(phase, n):
    return np.cos(np.arange(n) * 2.1 + phase) > 0.0
'''

FUNCTIONS = ("np.exp({})", "np.sin({})", "np.sqrt({})", "np.tanh({})", "abs({})", "np.maximum({}, 0.3)", "math.sin({})")
FUNCTIONS += ("{} ** 2", "{} ** 3", "-{}", "np.square({})", "math.exp(-abs({}))", "{} ** 0.5", "float({})")
KINKED = ("abs", "maximum", "if ", "int(", "max(", "min(", "break", "continue", "> ", "flags", "** 0.5", "sqrt")


@dataclass(frozen=True)
class Program:
    """The text of a module; `f` is differentiated by `argnums`, at `arguments(call)` for each of the `calls`."""

    seed: int
    text: str
    argnums: tuple[int, ...]
    calls: tuple[str, ...]
    operator: str

    @property
    def smooth(self) -> bool:
        """Whether it has no kink that differences could be taken across."""
        body = self.text[len(HEAD) :]
        return not any(word in body for word in KINKED)


@dataclass(frozen=True)
class Vector:
    """A name for an array of one axis: that of the argument `of`, less `cut` entries; `own`: made in the function."""

    name: str
    of: str
    cut: int = 0
    own: bool = False


def generate(seed: int) -> Program:
    return Writer(random.Random(seed)).program(seed)


class Writer:
    """The text of one program, line by line."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lines: list[str] = []
        self.depth = 1
        self.fresh = itertools.count()
        self.vectors: list[Vector] = []
        self.numbers: list[str] = []
        self.helpers: list[str] = []
        self.counters: list[str] = []
        self.reads: list[str] = []

    # -- text ----------------------------------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *items: Any) -> Any:
        return self.rng.choice(items)

    def name(self, stem: str) -> str:
        return f"{stem}{next(self.fresh)}"

    # -- the program ---------------------------------------------------------------------------------------------------

    def program(self, seed: int) -> Program:
        operator = self.rng.choices(
            ["value_and_grad", "jvp", "vjp", "second", "jacobian", "inner"], [10, 3, 2, 4, 1, 2]
        )[0]
        names = self.arguments()
        for _ in range(self.rng.randint(0, 2)):
            self.setting()
        for _ in range(self.rng.randint(1, 3)):
            self.setting() if self.chance(0.25) else self.loop()
            if self.chance(0.15):
                self.between()
        self.answer(operator)
        calls = self.calls(names)
        argnums = tuple(i for i, name in enumerate(names) if name in ("x", "y", "A", "c"))
        if self.chance(0.4):
            argnums = argnums[:1]
        head = [HEAD, *self.helpers, f"def f({', '.join(names)}):", *self.lines]
        if operator in ("second", "inner"):
            argnums = argnums[:1]
            given = ", ".join(names)
            head += ["", "", f"def outer({given}):", f"    return np.sum(ad.grad(f)({given}) ** 2)"]
        text = "\n".join([*head, "", "", *self.makers(names, calls)]) + "\n"
        return Program(seed, text, argnums, tuple(calls), operator)

    def arguments(self) -> list[str]:
        """The parameters of `f`; the names tell what they are."""
        names = ["x"]
        names += [name for name, share in (("y", 0.55), ("A", 0.3), ("c", 0.6)) if self.chance(share)]
        names += [name for name, share in (("k", 0.15), ("b", 0.12), ("n", 0.25)) if self.chance(share)]
        self.vectors += [Vector(name, name) for name in names if name in "xy"]
        self.has = set(names)
        if "c" in names:
            self.numbers.append("c")
        return names

    def calls(self, names: list[str]) -> list[str]:
        kinds = ["empty", "one", "two", "long", "unequal", "single", "shared", "overlapping", "strided", "folded"]
        chosen = self.rng.sample(kinds, self.rng.randint(2, 4))
        return ["plain", *chosen, "plain"]

    def makers(self, names: list[str], calls: list[str]) -> Iterator[str]:
        """The text of `arguments`: what the parameters are in each call."""
        yield "def arguments(call):"
        yield '    n = {"empty": 0, "one": 1, "two": 2, "long": 7}.get(call, 5)'
        yield '    m = 3 if call == "unequal" else n'
        yield '    dtype = np.float32 if call == "single" else float'
        phase = self.rng.randint(0, 9)
        yield f"    x, y = reals({phase}, n, dtype=dtype), reals({self.rng.randint(0, 9)}, m, dtype=dtype)"
        yield '    if call == "shared":'
        yield "        y = x"
        yield '    if call == "overlapping":'
        yield f"        base = reals({phase}, n + 1)"
        yield "        x, y = base[:-1], base[1:]"
        yield '    if call == "strided":'
        yield f"        x, y = reals({phase}, 2 * n)[::2], reals({phase + 2}, m)[::-1]"
        yield '    if call == "folded":'
        yield f"        x = as_strided(reals({phase}, n), (n,), (0,))"
        yield f"    A = reals({self.rng.randint(0, 9)}, n, m, dtype=dtype)"
        wide = self.pick("0.7", "np.float64(0.7)", "dtype(0.7)", "-1.3")
        given = {"c": wide, "k": f"wholes({phase}, n, m)", "b": f"flags({phase}, n)"}
        given["n"] = self.pick("n", "n", "-1 if call == 'two' else n")
        yield f"    return ({', '.join(given.get(name, name) for name in names)},)"

    # -- statements of the function ------------------------------------------------------------------------------------

    def setting(self) -> None:
        self.rng.choices([self.make, self.view, self.number, self.kept], [6, 4, 2, 2])[0]()

    def make(self) -> None:
        """A new array."""
        old, name = self.rng.choice(self.vectors), self.name("u")
        forms = [f"np.zeros_like({old.name})", f"{old.name}.copy()", f"{old.name} * 2.0", f"np.zeros(len({old.name}))"]
        forms += [f"np.ones({old.name}.shape[0])", f"np.full(len({old.name}), 0.5)", f"np.array({old.name})"]
        forms += [f"np.zeros({old.name}.shape, dtype=np.float32)", f"np.sin({old.name})"]
        if "n" in self.has and not old.cut:
            forms += ["np.zeros(n)", f"np.reshape({old.name}, n) * 1.0", f"{old.name}.reshape(n) * 2.0"]
        cut = old.cut
        if self.chance(0.2):
            cut = old.cut + 1
            forms = [f"np.zeros(len({old.name}) - 1)", f"{old.name}[1:] * 1.0", f"{old.name}[:-1].copy()"]
        elif self.chance(0.1):
            cut = old.cut - 1
            forms = [f"np.zeros(len({old.name}) + 1)"]
        self.line(f"{name} = {self.pick(*forms)}")
        self.vectors.append(Vector(name, old.of, cut, own=True))

    def view(self) -> None:
        """Another name for an array, or for some of its memory."""
        old, name = self.rng.choice(self.vectors), self.name("w")
        if "A" in self.has and self.chance(0.3):
            form = self.pick("A[0]", "A[:, 0]", "A.T[0]", "A[-1]", "A[:, -1]", "A.reshape(-1)", "np.diagonal(A)")
            self.line(f"{name} = {form} if len(A) else {self.rng.choice(self.vectors).name}")
            self.vectors.append(Vector(name, "x"))
            return
        forms = {"{}": 0, "{}[1:]": 1, "{}[:-1]": 1, "{}[2:]": 2, "{}[1:-1]": 2, "{}[::-1]": 0, "{}.reshape(-1)": 0}
        forms |= {"np.asarray({})": 0, "{}.T": 0, "{}[:]": 0, "{}[3:]": 3, "np.ravel({})": 0}
        form = self.pick(*forms)
        self.line(f"{name} = {form.format(old.name)}")
        self.vectors.append(Vector(name, old.of, old.cut + forms[form], old.own))

    def number(self) -> None:
        name = self.name("a")
        old = self.rng.choice(self.vectors).name
        self.line(f"{name} = {self.pick('0.0', '1.0', f'np.sum({old})', '0.5', 'np.float64(0.5)', '2')}")
        self.numbers.append(name)

    def kept(self) -> None:
        """Arrays kept in a list, and one of them under another name."""
        name, rows = self.name("w"), self.name("rows")
        old = self.rng.choice(self.vectors)
        same = [v.name for v in self.vectors if (v.of, v.cut) == (old.of, old.cut)]
        if self.chance(0.3):
            self.line(f"{rows} = [{old.name}, {self.pick(*same)}]")
        else:
            self.line(f"{rows} = []")
            with self.block(f"for _ in range({self.pick('2', f'len({old.name})')}):"):
                self.line(f"{rows}.append({self.pick(f'np.zeros(len({old.name}))', old.name, f'{old.name} * 1.5')})")
            if self.chance(0.5):
                self.line(f"{rows}.append({self.pick(*same)})")
        if self.chance(0.6):
            self.reads.append(f"np.sum({self.pick('np.array', 'np.stack')}({rows}) ** 2)")
        if self.chance(0.5):
            self.line(f"{name} = {rows}[{self.pick('0', '1', '-1')}] if {rows} else {old.name}")
            self.vectors.append(Vector(name, old.of, old.cut))

    def between(self) -> None:
        """Something that is done to whole arrays between the loops."""
        one, other = self.rng.choice(self.vectors), self.rng.choice(self.vectors)
        self.line(
            self.pick(
                f"{one.name}[:] = {other.name}",
                f"{one.name}[0:1] = 0.5",
                f"{one.name}[1:] += {one.name}[:-1]",
                f"{one.name} *= 1.5",
                f"{one.name}[:2] = {other.name}[:2]",
            )
        )

    def answer(self, operator: str) -> None:
        read = [f"np.sum({v.name} * {v.name})" for v in self.vectors[-3:]] + self.numbers + self.reads
        if "A" in self.has:
            read.append("np.sum(A * A)")
        own = [f"np.sum({v.name} * {v.name})" for v in self.vectors if v.own]
        chosen = self.rng.sample(read, self.rng.randint(1, len(read)))
        chosen += [term for term in [*own, *self.numbers, *self.reads] if term not in chosen and self.chance(0.6)]
        if operator == "jacobian":
            self.line(f"return {self.rng.choice(self.vectors).name} * 1.0")
        else:
            self.line(f"return {' + '.join(chosen)}")

    # -- loops ---------------------------------------------------------------------------------------------------------

    def loop(self) -> None:
        choice = self.rng.random()
        if choice < 0.1:
            self.items()
        elif choice < 0.3 and "A" in self.has:
            self.stencil()
        elif choice < 0.38:
            self.nested()
        else:
            self.counted()

    def counted(self, inside: bool = False) -> None:
        """A loop over a range, whose body touches entries at the counter plus a constant."""
        axis = self.rng.choice(self.vectors)
        self.below, self.above = self.rng.choice([(0, 0), (0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 1), (-1, 1)])
        self.axis = axis
        self.tame = self.chance(0.7)
        if self.tame and not any(v.own for v in self.vectors):
            self.make()
        self.stores = [v for v in self.vectors if v.own] or self.vectors
        if self.chance(0.05 if self.tame else 0.2):
            self.stores = self.vectors
        counter = self.pick("i", "j", "m")
        with self.block(f"for {counter} in {self.range(axis)}:"):
            self.counters.append(counter)
            self.body(inside)
            self.counters.pop()

    def range(self, axis: Vector) -> str:
        start = str(self.below)
        extents = [f"len({axis.name})"] * 3 + [f"{axis.name}.shape[0]", f"{axis.name}.size"]
        same = [v.name for v in self.vectors if v.of == axis.of and v.cut <= axis.cut]
        extents += [f"len({self.pick(*same)})"] if same else []
        less = [v for v in self.vectors if v.of == axis.of and v.cut > axis.cut]
        extents += [f"len({v.name}) + {v.cut - axis.cut}" for v in less[:2]]
        if "n" in self.has:
            extents.append("n")
        if self.chance(0.15):
            extents.append(f"min(len({axis.name}), len({self.rng.choice(self.vectors).name}))")
        stop = self.pick(*extents)
        stop += f" - {self.above}" if self.above else ""
        if less and self.chance(0.1):
            stop = f"len({less[0].name}) + {less[0].cut - axis.cut - 1}"  # it has a trip where there are no entries
        if self.chance(0.04 if self.tame else 0.15):
            stop += self.pick(" - 1", " + 1", " - 3", " // 2", " + 2")
        if self.chance(0.03 if self.tame else 0.1):
            stop = self.pick("2", "9", "1", "12")
        if self.counters and self.chance(0.4):
            if self.chance(0.5):
                start = self.pick("{}", "{} + 1", "{} - 1").format(self.counters[-1])
            else:
                stop = self.pick("{}", "{} + 1", "{} - 1").format(self.counters[-1])
        if self.chance(0.02 if self.tame else 0.1):
            start = self.pick("3", "-1", "-2", f"len({axis.name}) - 2")
        if self.chance(0.12):
            return f"range({start}, {stop}, {self.pick('2', '3')})"
        if self.chance(0.02 if self.tame else 0.1):
            return f"range({stop} - 1, {start} - 1, -1)"
        text = f"range({stop})" if start == "0" and self.chance(0.8) else f"range({start}, {stop})"
        return f"reversed({text})" if self.chance(0.1) else text

    def body(self, inside: bool) -> None:
        self.locals: list[str] = []
        if not self.tame and self.chance(0.1):
            with self.block(f"if {self.expression(1)} > 0.7:"):
                self.line(self.pick("continue", "break"))
        for _ in range(self.rng.randint(1, 3)):
            self.step(inside)
        self.locals = []

    def step(self, inside: bool) -> None:
        choice = self.rng.random()
        if self.tame:
            steps = [self.store, self.slot, self.carried, self.local]
            self.rng.choices(steps, [0.3, 0.25, 0.35, 0.1])[0]()
            return
        if choice < 0.12:
            self.local()
        elif choice < 0.17:
            with self.block(f"if {self.expression(1)} > 0.5:"):
                self.store()
        elif choice < 0.55 or inside and choice < 0.8:
            self.store()
        elif choice < 0.6:
            self.called()
        else:
            self.carried()

    def local(self) -> None:
        name = self.name("t")
        self.line(f"{name} = {self.expression(2)}")
        self.locals.append(name)

    def carried(self) -> None:
        """A number that goes from trip to trip."""
        known = [name for name in self.numbers if name.startswith("a")]
        if not known:
            place = next(i for i in reversed(range(len(self.lines))) if self.lines[i].startswith("    for "))
            name = self.name("a")
            self.lines.insert(place, f"    {name} = {self.pick('0.0', '0.5', '1.0')}")
            self.numbers.append(name)
            known = [name]
        name, term = self.pick(*known), self.expression(2)
        forms = [f"{name} += {term}"] * (30 if self.tame else 5) + [f"{name} = {name} - {term}", f"{name} *= {term}"]
        forms += [f"{name} = 0.5 * {name} + {term}", f"{name} = max({name}, {term})", f"{name} = {term}"]
        self.line(self.pick(*forms))

    def called(self) -> None:
        """A helper that reads or writes an entry."""
        name, target = self.name("helper"), self.rng.choice(self.stores)
        if self.chance(0.5):
            self.helpers += [f"def {name}(u, i, v):", f"    u[i] {self.pick('=', '+=', '*=')} v * 0.5", "", ""]
            self.line(f"{name}({target.name}, {self.index(target)}, {self.expression(1)})")
        else:
            self.helpers += [f"def {name}(u, i):", f"    return u[i] {self.pick('* u[i]', '+ 1.0', '/ 3')}", "", ""]
            self.line(f"{target.name}[{self.index(target)}] = {name}({self.axis.name}, {self.index(self.axis)})")

    def store(self) -> None:
        target = self.rng.choice(self.stores)
        sign = self.pick("=", "=", "=", "+=", "+=", "-=", *(() if self.tame and self.chance(0.8) else ("*=", "/=")))
        value = self.expression(2) if self.chance(0.85) else self.pick("0.0", "1.0", "2", *self.numbers)
        self.line(f"{target.name}[{self.index(target)}] {sign} {value}")

    def slot(self) -> None:
        """Updates of the entry that is a trip's own, linear in it: nothing of it has to be kept."""
        target = self.rng.choice(self.stores)
        place = f"{target.name}[{self.index(target)}]"
        factor = self.pick("2.0", "0.5", "-1.0", "3")
        term = self.pick(*self.numbers, "1.0", self.entry())
        if "c" in self.has and self.chance(0.5):
            factor, term = self.pick((factor, "c"), ("c", term), (factor, f"c * {self.entry()}"))
        forms = [f"{place} = {factor} * {place} + {term}", f"{place} *= {factor}", f"{place} += {term}"]
        forms += [f"{place} -= {term}", f"{place} = {term}", f"{place} /= {factor}", f"{place} = {place} - {term}"]
        for form in self.rng.sample(forms, self.rng.randint(1, 3)):
            self.line(form)

    # -- expressions ---------------------------------------------------------------------------------------------------

    def index(self, vector: Vector) -> str:
        """An index of an array, mostly within it."""
        i = self.counters[-1]
        if self.chance(0.01 if self.tame else 0.1):
            odd = [
                f"{i} - 1",
                f"-{i}",
                f"len({vector.name}) - 1 - {i}",
                "0",
                "-1",
                f"{i} + 1",
                f"2 * {i}",
                "1",
                f"-{i} - 1",
            ]
            odd += [f"k[{i}]"] if "k" in self.has else []
            odd += self.counters
            return self.pick(*odd)
        spare = self.axis.cut - vector.cut if vector.of == self.axis.of else 0
        offsets = [c for c in range(-self.below, self.above + 1 + spare) if abs(c) < 3] or [0]
        offset = 0 if 0 in offsets and self.chance(0.5) else self.rng.choice(offsets)
        return i if offset == 0 else f"{i} + {offset}" if offset > 0 else f"{i} - {-offset}"

    def entry(self) -> str:
        choice = self.rng.random()
        i = self.counters[-1]
        if choice < 0.04 and self.numbers:
            return self.pick(*self.numbers)
        if choice < 0.07 and "c" in self.has:
            return "c"
        if choice < 0.1 and "k" in self.has:
            return f"k[{i}]"
        if choice < 0.14 and "b" in self.has:
            return f"b[{i}]"
        if choice < 0.16 and not self.tame:
            return i
        if choice < 0.22 and "A" in self.has:
            return self.pick(f"A[0, {i}]", f"A[{i}, 0]", f"A[{i}, {i}]", f"A[{i}, -1]", f"A[1, {i}]")
        read = [v for v in self.vectors if not v.own or not self.tame or self.chance(0.2)]
        vector = self.rng.choice(read or self.vectors)
        return f"{vector.name}[{self.index(vector)}]"

    def expression(self, depth: int) -> str:
        choice = self.rng.random()
        if depth == 0 or choice < 0.25:
            return self.pick(*self.locals) if self.locals and self.chance(0.4) else self.entry()
        if choice < 0.5:
            function = (
                self.pick(*FUNCTIONS)
                if self.chance(0.2 if self.tame else 0.5)
                else self.pick("2.0 * {}", "{} / 3", "0.1 * {}", "{} * 2")
            )
            inner = self.expression(depth - 1)
            return f"({function.format(f'({inner})')})"
        if choice < 0.58:
            same = self.pick("c" if "c" in self.has else "2", "0.1", "3", "-1.0")
            return f"({self.expression(depth - 1)} {self.pick('+', '-', '*', '/')} {same})"
        return f"({self.expression(depth - 1)} {self.pick('+', '-', '*', '*', '/')} {self.expression(depth - 1)})"

    # -- other loops ---------------------------------------------------------------------------------------------------

    def items(self) -> None:
        """A loop over the entries themselves."""
        one, other = self.rng.choice(self.vectors), self.rng.choice(self.vectors)
        head, counters, names = self.rng.choice(
            [
                (f"for v in {one.name}:", [], ["v"]),
                (f"for v, w in zip({one.name}, {other.name}):", [], ["v", "w"]),
                (f"for i, v in enumerate({one.name}):", ["i"], ["v"]),
                (f"for i, (v, w) in enumerate(zip({one.name}, {other.name})):", ["i"], ["v", "w"]),
            ]
        )
        self.axis, self.below, self.above, self.tame = one, 0, 0, self.chance(0.8)
        self.stores = [v for v in self.vectors if v.own] or self.vectors
        total = self.name("a")
        self.line(f"{total} = 0.0")
        self.numbers.append(total)
        with self.block(head):
            self.line(f"{total} += {self.pick(*names)} * {self.pick(*names)}")
            if counters:
                self.counters.append("i")
                self.locals = names
                self.store()
                self.locals = []
                self.counters.pop()

    def nested(self) -> None:
        """A loop over a range inside another, whose counter may be its start or its stop."""
        axis = self.rng.choice(self.vectors)
        outer = self.pick("p", "q")
        with self.block(f"for {outer} in range({self.pick('2', '3', f'len({axis.name})', f'1, len({axis.name})')}):"):
            self.counters.append(outer)
            if self.chance(0.2):
                self.make()
            self.counted(inside=True)
            self.counters.pop()

    def stencil(self) -> None:
        """Loops over the rows and columns of the matrix, and of one made from it."""
        out = self.pick("A", "B", "B")
        if out == "B":
            self.line(f"B = {self.pick('np.zeros_like(A)', 'A.copy()', 'np.zeros(A.shape)', 'A * 2.0')}")
        low, high = self.rng.choice([(0, 0), (1, 1), (0, 1), (1, 0)])
        cols = self.pick(
            "len(A[0]) if len(A) else 0", "A.shape[1]", "A.shape[1]", "B.shape[1]" if out == "B" else "A.shape[1]"
        )
        total = self.name("a")
        self.line(f"{total} = 0.0")
        inner = f"range({low}, {cols} - {high})" if high or low else f"range({cols})"
        if self.chance(0.2):
            inner = self.pick(f"range(i + 1, {cols})", "range(i)", f"range(i, {cols} - {high})")
        with self.block(f"for i in range({low}, A.shape[0] - {high}):"):
            if self.chance(0.4):
                self.line("d = 0.0")
            else:
                self.line(f"d = {self.pick('A[i, 0]', '1.0', 'x[0]', 'x[i]')}")
            with self.block(f"for j in {inner}:"):
                for _ in range(self.rng.randint(1, 2)):
                    self.line(self.cell(out, low, high, total))
            if self.chance(0.5):
                self.line(f"{total} += d * d")
        self.numbers.append(total)
        if out == "B":
            self.line(f"{total} = {total} + np.sum(B * B)")

    def cell(self, out: str, low: int, high: int, total: str) -> str:
        """A statement of the inner loop over a matrix."""

        def place(i: str) -> str:
            offset = self.rng.choice([-low, 0, high])
            return i if offset == 0 else f"{i} + {offset}" if offset > 0 else f"{i} - {-offset}"

        def read() -> str:
            forms = [f"A[{place('i')}, {place('j')}]"] * 3 + [
                "x[j]",
                "x[i]",
                "d",
                f"{out}[i, j]",
                "A[j, i]",
                "x[i - 1]",
            ]
            return self.pick(*forms)

        value = self.pick("{} * {}", "{} + {}", "{} - 0.5 * {}", "{} / {}", "np.sin({}) * {}").format(read(), read())
        where = self.pick("i, j", "i, j", f"{place('i')}, j", f"i, {place('j')}", "j, i")
        forms = [f"{out}[{where}] {self.pick('=', '+=', '-=', '*=')} {value}"] * 2
        return self.pick(*forms, f"d += {value}", f"{total} += {value}", f"d = {value}")
