"""The machinery of the generator: kinds of values, live variables, and the pen which writes lines.

A feature is a named maker: a function of the pen which writes a statement, or returns the text of an expression. Makers
ask the pen for live variables of a kind, and raise `Unfit` where there is none; what they wrote is then taken back and
another is tried. The pen prefers variables whose memory was lately written or shared: what one line does another sees.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


class Unfit(Exception):
    """The maker needs something that the program does not have."""


# ---- kinds


class Kind:
    """What is known of a value before the program runs."""


@dataclass(frozen=True)
class Float(Kind):
    pass


@dataclass(frozen=True)
class Int(Kind):
    """An integer from `low` to `high`."""

    low: int
    high: int


@dataclass(frozen=True)
class Array(Kind):
    shape: tuple[int, ...]


@dataclass(frozen=True)
class List(Kind):
    """A list of one kind of item; the pen keeps a lower bound of its length."""

    item: Kind


@dataclass(frozen=True)
class Record(Kind):
    """An object of a class that the program defines, with a method or more."""

    cls: str


@dataclass(frozen=True)
class Table(Kind):
    """A dict whose keys are 0, 1, ... size - 1, or any strings if `size` is 0, and whose values are floats."""

    size: int


@dataclass
class Var:
    """A place which holds a value: a name, `box.total`, `rows[0]`."""

    text: str
    kind: Kind
    group: int
    rebindable: bool = True
    writable: bool = True

    def __str__(self) -> str:
        return self.text


# ---- makers


@dataclass(frozen=True)
class Maker:
    name: str
    group: str
    role: str
    weight: float
    write: Callable | None
    on: type | Callable | None = None


MAKERS: dict[str, Maker] = {}
FOLLOWED = 6.0


def maker(role: str) -> Callable:
    """A decorator which registers a maker of that role: `@statement(group, name, weight)`.

    With `on=List` the maker needs a live list, and comes the more often where there is one.
    """

    def named(group: str, name: str, weight: float, on: type | Callable | None = None) -> Callable:
        def register(write: Callable) -> Callable:
            assert name not in MAKERS, name
            MAKERS[name] = Maker(name, group, role, weight, write, on)
            return write

        return register

    return named


statement, scalar, array = maker("statement"), maker("scalar"), maker("array")


def option(group: str, name: str, weight: float) -> None:
    """A feature which is no maker: something done on the way, `weight` of the times."""
    MAKERS[name] = Maker(name, group, "option", weight, None)


# ---- the program as a whole


@dataclass
class Helper:
    """A function of the program which may be called again; `shares` is the parameter that its result is a view of."""

    name: str
    params: tuple[Kind, ...]
    result: Kind | None
    shares: int | None = None
    keyword: str = ""


@dataclass
class Shared:
    """What all the functions of one program have in common."""

    menu: dict[str, Maker]
    roles: dict[str, list[Maker]]
    dims: tuple[int, int]
    definitions: list[list[str]] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
    classes: dict = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    names: int = 0
    groups: int = 0


LETTERS = {
    Float: "abcdeghpqrtuv",
    Array: "yzwmABFG",
    Int: "kn",
    List: ("xs", "rows"),
    Table: ("table", "d"),
    Record: ("box", "node"),
}


class Pen:
    """Writes the body of one function: lines, live variables, and how hot their memory is."""

    def __init__(self, rng: random.Random, shared: Shared, indent: int = 1):
        self.rng, self.shared, self.indent = rng, shared, indent
        self.lines: list[str] = []
        self.scope: list[Var] = []
        self.heat: dict[int, float] = {}
        self.lengths: dict[int, int] = {}
        self.floors: dict[int, int] = {}
        self.loops = 0
        self.depth = 0
        self.trips = 1
        self.result: Callable[[], str] | None = None
        self.touched: set[int] = set()
        self.nested = False

    # -- chance

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def choice(self, items: Iterable):
        items = list(items)
        if not items:
            raise Unfit
        return self.rng.choice(items)

    def number(self, low: float = 0.2, high: float = 1.6) -> float:
        return round(self.rng.uniform(low, high), 2)

    def wants(self, name: str) -> bool:
        """Whether the optional feature `name` is on, by its weight; counts it as used."""
        option = self.shared.menu.get(name)
        if option and self.chance(option.weight):
            self.use(name)
            return True
        return False

    def allows(self, name: str) -> bool:
        return name in self.shared.menu

    def use(self, name: str) -> None:
        self.shared.used.add(name)

    def imports(self, name: str) -> None:
        self.shared.imports.add(name)

    # -- variables

    def fresh(self, kind: Kind) -> str:
        """A name which no function of the program has."""
        self.shared.names += 1
        letters = LETTERS.get(type(kind), "f")
        return f"{self.rng.choice(letters)}{self.shared.names}"

    def bind(self, kind: Kind, text: str | None = None, group: int | None = None, **flags) -> Var:
        """A new live variable; it shares the memory of `group` where one is given."""
        if group is None:
            self.shared.groups += 1
            group = self.shared.groups
        var = Var(text or self.fresh(kind), kind, group, **flags)
        self.scope.append(var)
        self.warm(var, 0.5)
        return var

    def warm(self, var: Var, by: float = 2.0) -> None:
        self.heat[var.group] = self.heat.get(var.group, 0.0) + by

    def wrote(self, var: Var) -> Var:
        """Notes that the memory of `var` was written."""
        self.warm(var)
        self.touched.add(var.group)
        return var

    def live(self, test: type | Kind | Callable, rebindable=None, writable=None) -> list[Var]:
        return [
            v
            for v in self.scope
            if fits(v.kind, test)
            and (rebindable is None or v.rebindable == rebindable)
            and (writable is None or v.writable == writable)
        ]

    def pick(self, test, rebindable=None, writable=None) -> Var:
        """A live variable of the kind; hot ones, and those who share memory, come more often."""
        found = self.live(test, rebindable, writable)
        if not found:
            raise Unfit
        sizes: dict[int, int] = {}
        for v in self.scope:
            sizes[v.group] = sizes.get(v.group, 0) + 1
        weights = [1.0 + self.heat.get(v.group, 0.0) + 0.7 * min(3, sizes[v.group] - 1) for v in found]
        return self.rng.choices(found, weights)[0]

    def target(self, test=Array, whole: bool = False) -> Var:
        """A writable array, about to be written; `whole`: by an operator on its name, which rebinds it too."""
        return self.wrote(self.pick(test, rebindable=True if whole else None, writable=True))

    def pair(self, test) -> tuple[Var, Var]:
        """Two live variables of the kind at different places."""
        first = self.pick(test)
        rest = [v for v in self.live(test) if v.text != first.text]
        return first, self.choice(rest)

    # -- lines

    def let(self, kind: Kind, value: str, **flags) -> Var:
        """Writes `new = value` and binds the new name."""
        var = self.bind(kind, **flags)
        self.line(f"{var} = {value}")
        return var

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def line_of(self, *texts: str) -> None:
        """Writes one of the lines."""
        self.line(self.choice(texts))

    @contextlib.contextmanager
    def block(self, loop: bool = False, trips: int = 1, shrinks: bool = True) -> Iterator[None]:
        """The indented body of a compound statement: what it binds is forgotten at its end."""
        known, lengths, floors = len(self.scope), dict(self.lengths), dict(self.floors)
        if loop or not shrinks:
            self.floors = dict(self.lengths)
        self.indent, self.depth = self.indent + 1, self.depth + 1
        self.loops, self.trips = self.loops + loop, self.trips * trips
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.line("pass")
        self.indent, self.depth = self.indent - 1, self.depth - 1
        self.loops, self.trips = self.loops - loop, self.trips // trips
        del self.scope[known:]
        self.lengths = {g: min(n, lengths[g]) for g, n in self.lengths.items() if g in lengths}
        self.floors = floors

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Takes back everything that was written if the maker turns out unfit."""
        shared = self.shared
        saved = [list(v) for v in (self.lines, self.scope, shared.definitions, shared.helpers)]
        maps = [dict(v) for v in (self.heat, self.lengths, self.floors, shared.classes, shared.constants)]
        sets = [set(v) for v in (shared.used, shared.imports, self.touched)]
        plain = self.indent, self.depth, self.loops, self.trips, self.result
        try:
            yield
        except Unfit:
            self.lines[:], self.scope[:], shared.definitions[:], shared.helpers[:] = saved
            self.heat, self.lengths, self.floors, shared.classes, shared.constants = maps
            shared.used, shared.imports, self.touched = sets
            self.indent, self.depth, self.loops, self.trips, self.result = plain
            raise

    # -- choosing makers

    def make(self, role: str, *args, tries: int = 8):
        """What some maker of the role returns; `Unfit` if `tries` of them are unfit."""
        names = self.shared.roles.get(role, [])
        weights = [m.weight if m.on is None else m.weight * FOLLOWED * bool(self.live(m.on)) for m in names]
        if not any(weights):
            raise Unfit
        for _ in range(tries):
            chosen = self.rng.choices(names, weights)[0]
            with contextlib.suppress(Unfit), self.attempt():
                made = chosen.write(self, *args)
                self.use(chosen.name)
                return made
        raise Unfit

    def statement(self) -> None:
        self.make("statement", tries=30)
        for group in self.heat:
            self.heat[group] *= 0.8

    def body(self, least: int, most: int) -> None:
        """A few statements."""
        for _ in range(self.rng.randint(least, most)):
            with contextlib.suppress(Unfit):
                self.statement()

    # -- expressions

    def scalar(self, depth: int = 2) -> str:
        """The text of a float expression."""
        if depth <= 0 or self.chance(0.2):
            return self.atom()
        with contextlib.suppress(Unfit):
            return self.make("scalar", depth - 1)
        return self.atom()

    def atom(self) -> str:
        """A live float, or an element of a live array, or a literal."""
        floats, arrays = self.live(Float), self.live(Array)
        if floats and (not arrays or self.chance(0.55)):
            return self.pick(Float).text
        if arrays:
            return self.element(self.pick(Array))
        return repr(self.number())

    def tame(self, text: str) -> str:
        """The same expression kept within bounds, more often inside loops."""
        if self.chance(0.55 if self.loops else 0.25):
            return self.choice(["math.sin({})", "math.tanh({})", "0.6 * ({})", "math.cos({})"]).format(text)
        return text

    def array(self, shape: tuple[int, ...], depth: int = 2) -> str:
        """The text of an array expression of that shape."""
        if depth > 0 and not self.chance(0.15):
            with contextlib.suppress(Unfit):
                return self.make("array", shape, depth - 1)
        return self.array_atom(shape)

    def array_atom(self, shape: tuple[int, ...]) -> str:
        """A live array of that shape, or a new one made of scalars."""
        with contextlib.suppress(Unfit):
            return self.pick(Array(shape)).text
        if len(shape) == 1 and shape[0] <= 4:
            return "np.array([" + ", ".join(self.atom() for _ in range(shape[0])) + "])"
        return f"np.full({shape}, {self.atom()})"

    def tame_array(self, text: str) -> str:
        if self.chance(0.5 if self.loops else 0.2):
            return self.choice(["np.sin({})", "np.tanh({})", "0.6 * ({})", "np.cos({})"]).format(text)
        return text

    def position(self, size: int) -> str:
        """An integer expression that is an index of an axis of that size."""
        fitting = [v for v in self.live(Int) if -size <= v.kind.low and v.kind.high < size]
        others = [v for v in self.live(Int) if v not in fitting]
        if fitting and self.chance(0.6):
            var = self.choice(fitting)
            if self.chance(0.3):
                return self.choice([f"({var} + 1) % {size}", f"{var} - {size}" if var.kind.low >= 0 else f"{var}"])
            return var.text
        if others and self.chance(0.4):
            return f"{self.choice(others)} % {size}"
        return str(self.rng.randrange(-size, size) if self.chance(0.4) else self.rng.randrange(size))

    def element(self, var: Var) -> str:
        """The text of one element of an array."""
        indices = [self.position(n) for n in var.kind.shape]
        if len(indices) == 2 and self.chance(0.15):
            return f"{var}[{indices[0]}][{indices[1]}]"
        return f"{var}[{', '.join(indices)}]"

    def poke(self, var: Var) -> None:
        """Writes an array in place: an element, all of it by an operator, all of it by a function."""
        if not var.writable:
            return
        forms = [
            f"{self.element(var)} {self.choice(['=', '+=', '*='])} {self.tame(self.scalar(2))}",
            f"{var}[:] = {self.tame_array(self.array(var.kind.shape, 1))}",
            f"np.sin({var}, out={var})",
        ]
        if var.rebindable:
            forms += [
                f"{var} *= {self.number()}",
                f"{var} += {self.atom()}",
                f"{var} -= {self.array(var.kind.shape, 1)}",
            ]
        self.line_of(*forms)
        self.wrote(var)

    def condition(self) -> str:
        """A comparison, mostly of values which depend on the inputs."""
        with contextlib.suppress(Unfit):
            return self.make("condition")
        return f"{self.atom()} > {self.number()}"


condition = maker("condition")


def fits(kind: Kind, test: type | Kind | Callable) -> bool:
    if isinstance(test, type):
        return isinstance(kind, test)
    return kind == test if isinstance(test, Kind) else bool(test(kind))


def vector(kind: Kind) -> bool:
    return isinstance(kind, Array) and len(kind.shape) == 1


def matrix(kind: Kind) -> bool:
    return isinstance(kind, Array) and len(kind.shape) == 2


def floats(kind: Kind) -> bool:
    return isinstance(kind, List) and isinstance(kind.item, Float)


def arrays(kind: Kind) -> bool:
    return isinstance(kind, List) and isinstance(kind.item, Array)
