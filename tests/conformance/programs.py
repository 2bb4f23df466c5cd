"""Programs in groups: each is a function of one argument, with the point to differentiate it at.

`@right(x)`: the derivative must be right in every mode.  `@refused(x, words)`: it must be refused with these words.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

import ad


class Program(NamedTuple):
    group: str
    fn: Callable[[Any], Any]
    x: Any
    words: str = ""  # of the refusal; none: right


PROGRAMS: list[Program] = []
V = np.array([0.7, -1.2, 2.1])
M = np.array([[1.0, 0.4], [-0.3, 2.0]])
_group = ""


def group(name: str) -> None:
    global _group
    _group = name


def right(x: Any) -> Callable[[Any], Any]:
    return refused(x, "")


def refused(x: Any, words: str) -> Callable[[Any], Any]:
    def add(fn: Any) -> Any:
        PROGRAMS.append(Program(_group, fn, x, words))
        return fn

    return add


group("operators and assignment")


@right(1.3)
def arithmetic(x):
    return (x + 2) * x / (1 - x) ** 2 - x // 1 + x % 0.5 + (-x) ** 3


@right(1.3)
def chained_comparison(x):
    return x * x if 1.0 < x <= 2.0 < 3.0 else -x


@right(1.3)
def boolean_values(x):
    y = (x > 1.0 and x * 2.0) or 5.0
    return y * (0.0 or x)


@right(0.8)
def walrus(x):
    return (y := x * x) + y * (z := y + 1.0) * z


@right(V)
def nested_unpacking(x):
    (a, *rest), b = (x[0], x[1], x[2]), x[0] ** 2
    return a * rest[0] + rest[1] * b


@right(2.5)
def swap(x):
    a, b = x, x * x
    a, b = b, a
    a -= b
    return a * b**2


@right(2.5)
def several_targets(x):
    a = b = x * 3.0
    a += 1.0
    del x
    return a * b


@right(V)
def augmented_items(x):
    totals = [0.0, 1.0]
    totals[0] += x[0]
    totals[1] *= x[1] * totals[0]
    return totals[1]


group("control flow")


@right(V)
def for_else(x):
    total = 0.0
    for v in x:
        if v > 3.0:
            break
        total += v * v
    else:
        total *= x[0]
    return total


@right(V)
def break_and_continue(x):
    total = 1.0
    for i, v in enumerate(x):
        if v < 0.0:
            continue
        if i == 2:
            break
        total *= v
    return total


@right(V)
def return_from_a_loop(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i + 1):
            s += x[i] * x[j]
            if s < -0.5:
                return s * 2.0
    return s


@right(5.0)
def while_with_several_states(x):
    a, b, n = x, 1.0, 0
    while abs(a - b) > 0.1 and n < 50:
        a, b = (a + b) / 2.0, math.sqrt(a * b)
        n += 1
    return a


@right(5.0)
def while_true(x):
    while True:
        x = x / 2.0
        if x < 0.4:
            break
    return x**3


@right(V)
def bound_in_one_branch(x):
    if x[0] > 0.0:
        y = x[1] * 2.0
    if x[0] > 0.0:
        return y * x[2]
    return x[0]


@right(V)
def steps_backwards(x):
    s = 0.0
    for i in range(len(x) - 1, -1, -2):
        s = s * x[i] + x[i]
    return s


@right((1.5, "squared"))
def match_on_a_word(p):
    match p:
        case (value, "squared"):
            return value * value
        case (value, _):
            return value


@right(V)
def zipped_both_ways(x):
    s = 0.0
    for i, (a, b) in zip(range(3), zip(x, reversed(x), strict=True), strict=True):
        s += i * a * b
    return s


@right(0.5)
def with_statements(x):
    with contextlib.nullcontext(x * 2.0) as y, np.errstate(divide="ignore"):
        return y * x


@refused(2.0, "async")
async def asynchronous(x):
    return x


@right(V)
def none_before_the_first_trip(x):
    best, previous, s = None, None, 0.0
    for v in x:
        if best is None or v > best:
            best = v
        if previous is not None:
            s += (v - previous) ** 2
        previous = v
    return best * s + previous


@right(2.0)
def none_before_a_while_loop(x):
    root, previous = x, None
    while previous is None or abs(root - previous) > 1e-9:
        previous = root
        root = 0.5 * (root + x / root)
    return root * x


@right(V)
def keys_made_in_the_first_trip(x):
    mean = {}
    for v in x:
        mean["m"] = 0.9 * mean.get("m", v * v) + 0.1 * v
    return mean["m"]


@right(V)
def linked_pairs(x):
    head = None
    for i in range(3):
        head = (x[i], head)
    s, w = 0.0, 1.0
    while head is not None:
        value, head = head
        s += w * value
        w *= value
    return s


@right(V)
def depth_first(x):
    tree = {"a": ["b", "c"], "b": ["d"], "c": [], "d": []}
    place = {"a": 0, "b": 1, "c": 2, "d": 2}
    stack, s = [("a", 1.0)], 0.0
    while stack:
        node, weight = stack.pop()
        s += weight * x[place[node]] ** 2
        for child in tree[node]:
            stack.append((child, weight * x[place[node]]))
    return s


group("calls")


def scaled(x, *factors, offset=0.0, **more):
    for f in factors:
        x = x * f
    return x + offset + sum(more.values())


@right(1.1)
def every_kind_of_argument(x):
    return scaled(x, x, 2.0, offset=x**2, extra=3.0 * x) + scaled(*[x, 3.0], **{"offset": x})


def even(x, n):
    return x if n == 0 else odd(x * x, n - 1)


def odd(x, n):
    return 1.0 + x if n == 0 else even(x + 0.1, n - 1)


@right(0.9)
def mutual_recursion(x):
    return even(x, 3)


@refused(0.9, "recursion")
def recursion_on_a_value(x):
    def collapse(v):
        return v if v < 0.3 else 0.5 * collapse(v * 0.7)

    return collapse(x) * x


@right(0.9)
def closures_capture(x):
    k = x * x
    add = lambda y: y + k
    k = 3.0 * x
    return add(x) * k


@right(0.9)
def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * total + v

    add(x)
    add(x * x)
    return total


@right(0.9)
def functions_as_values(x):
    table = {"sin": math.sin, "square": lambda v: v * v}
    return sum(table[name](x) for name in ("sin", "square"))


@right(0.9)
def partial_and_reduce(x):
    double = functools.partial(operator.mul, 2.0)
    return functools.reduce(lambda a, b: a * b + x, [x, double(x), 3.0])


def twice(fn):
    @functools.wraps(fn)
    def wrapper(*args):
        return fn(*args) * 2.0

    return wrapper


@twice
def cubed(x):
    return x**3


@right(0.9)
def decorated(x):
    return cubed(x) * x


@refused(4.0, "recursion")
def recursion_without_end(x):
    def down(v):
        return down(v - 1.0) if v > 0.0 else v

    return down(x)


def power(base, n=3):
    return (base, base**2, base**n)[n - 1]


@right(1.1)
def integer_defaults(x):
    return power(x) * power(x, 2)


def fast_power(x, n):
    if n == 0:
        return 1.0
    half = fast_power(x, n // 2)
    return half * half * x if n % 2 else half * half


@right((1.1, 11))
def recursion_on_a_whole_number(p):
    return fast_power(*p) + (p[0], p[0] ** 2)[p[1] - 10]


def folded(v):
    if len(v) == 1:
        return v[0]
    return folded(v[::2]) * np.sin(folded(v[1::2]))


@right(V)
def recursion_on_halves(x):
    return folded(x) * folded(np.concatenate([x, x**2]))


@right(V)
def star_of_an_array(x):
    def scaled_sum(a, *rest, scale):
        return a * sum(rest) * scale

    return scaled_sum(*x, scale=x[0]) + math.hypot(*x) + sum(tuple(x)[1:])


@right(V)
def dictionary_with_items_of_an_array(x):
    groups = {}
    for i, v in enumerate(x):
        groups.setdefault("even" if i % 2 == 0 else "odd", []).append(v)
    return sum(np.prod(v) * len(v) for v in groups.values()) + {i: v for i, v in enumerate(x)}[2]


group("derivatives inside")


@right(V)
def jacobians_inside(x):
    def f(v):
        return np.array([v[0] * v[1], np.sin(v[2]), v[0] ** 2])

    return np.linalg.det(ad.jacrev(f)(x)) + np.sum(ad.jacfwd(f)(x) @ ad.jacobian(f)(x * x))


@right(V)
def hessian_inside(x):
    h = ad.hessian(lambda v: np.sum(v**3) * v[0])(x)
    return np.trace(h @ h) + ad.hessian(lambda t: t**4)(x[0])


group("objects")


@dataclass
class Ball:
    height: float
    speed: float = 0.0
    path: list = field(default_factory=list)

    def step(self, dt):
        self.speed -= 9.81 * dt
        self.height += self.speed * dt
        self.path.append(self.height)
        return self

    @property
    def energy(self):
        return 9.81 * self.height + 0.5 * self.speed**2


class Dual:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Dual(self.a + other.a, self.b + other.b)

    def __mul__(self, other):
        return Dual(self.a * other.a, self.a * other.b + self.b * other.a)

    def __call__(self, x):
        return self.a + self.b * x


class Shape:
    scale = 2.0

    @classmethod
    def unit(cls, x):
        return cls().area(x)

    def area(self, x):
        return self.scale * x * x


class Disc(Shape):
    @staticmethod
    def pi():
        return 3.0

    def area(self, x):
        return super().area(x) * self.pi()


@right(1.7)
def mutable_object(x):
    ball = Ball(x, speed=x * x)
    for _ in range(3):
        ball.step(0.1)
    return ball.energy + ball.path[1]


@right(1.7)
def operator_overloading(x):
    p = Dual(x, 1.0) * Dual(x, 1.0) + Dual(2.0, x)
    return p(x)


@right(1.7)
def inheritance(x):
    return Disc.unit(x) + Shape().area(x)


@right(Ball(2.0, 0.5))
def dataclass_argument(ball):
    return replace(ball, speed=ball.height * 2.0).energy * ball.speed


class Countdown:
    def __init__(self, values):
        self.values, self.at = values, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at == len(self.values):
            raise StopIteration
        self.at += 1
        return self.values[-self.at]


class Doubled:
    def __init__(self, values):
        self.values = values

    def __getitem__(self, i):
        return self.values[i] * 2.0


@right(V)
def iteration_by_methods(x):
    s = 1.0
    for v in Countdown(x):
        s = s * v + 1.0
    return s * sum(Doubled([x[0], x[1] ** 2])) * next(Countdown([x[1], x[2]]))


@right(1.7)
def attributes_as_a_dict(x):
    ball = Ball(x, speed=x * x)
    vars(ball)["speed"] *= 2.0
    ball.__dict__["height"] += ball.speed
    return ball.height * sum(v for k, v in vars(ball).items() if k != "path")


class Pair(NamedTuple):
    a: float
    b: float


@right(Pair(1.5, -0.5))
def named_tuple_argument(p):
    q = Pair(b=p.a * p.b, a=p.a)
    a, b = q
    return q.a * b + q[0] * a


@right(Pair(1.5, -0.5))
def named_tuple_replaced(p):
    return p._replace(b=p.a * p.b).b


group("containers")


@right({"w": V, "b": 0.5})
def dictionary_argument(p):
    q = {**p, "c": p["b"] ** 2}
    return sum(q[k] * 2.0 for k in ("b", "c")) + np.sum(q["w"] * q["b"])


@right(V)
def grown_list(x):
    ys = [x[0]]
    for v in x[1:]:
        ys.append(ys[-1] * v)
    ys.insert(0, x[2])
    return ys.pop() * ys[0] + sum(ys)


@right(V)
def lists_of_arrays(x):
    rows = []
    for i in range(3):
        rows.append(x * (i + 1.0))
    rows[1][0] = 5.0 * x[2]
    return np.sum(np.stack(rows) ** 2)


@right(V)
def comprehensions(x):
    table = [[a * b for b in x if b > a] for a in x]
    return sum(sum(row) for row in table)


@right(V)
def slices_of_lists(x):
    ys = [v * v for v in x]
    ys[1:] = [ys[2], ys[0] * 2.0]
    return (ys * 2)[4] + (ys + [1.0])[-2]


@right(V)
def dictionaries_in_loops(x):
    totals = {"even": 0.0, "odd": 1.0}
    for i, v in enumerate(x):
        if i % 2 == 0:
            totals["even"] += v * v
        else:
            totals["odd"] *= v
    return totals["even"] * totals.get("odd") + sum(v for v in totals.values())


@right(V)
def iterators(x):
    pairs = itertools.pairwise([x[0], x[1], x[2] * 2.0])
    return sum(a * b for a, b in pairs) + sum(a * b for a, b in itertools.product([x[0], 2.0], [x[1]]))


@right(V)
def unpacked_without_a_known_length(x):
    a, b, c = sorted(x.tolist())
    return a * b * c


@right(V)
def sorted_values(x):
    a, b, c = sorted([x[0], x[1], x[2]])
    return a + 2.0 * b + 3.0 * c * max(x) * min(a, 0.0)


@right(1.3)
def multiplied_in_place(x):
    ys = [x, 2.0]
    same = ys
    ys *= 2
    same[3] = x * x
    return sum(ys) * len(same)


@right(1.3)
def errors_of_containers(x):
    table, words, y = {"a": x}, {1, 2}, x
    try:
        del table["b"]
        y = 100.0 * y
    except KeyError:
        y = y * x
    try:
        words.remove(3)
        y = 100.0 * y
    except KeyError:
        y = y + x
    try:
        y = y * ["a"].index("b")
    except ValueError:
        y = y * table.pop("a")
    return y


@right(V)
def deque_of_a_greatest_length(x):
    last, s = collections.deque(maxlen=2), 0.0
    for v in x:
        last.append(v * v)
        s += last[0] * last[-1]
    return s


@right(V)
def sorted_by_key(x):
    a, b, c = sorted([(x[0], 1), (x[1], 2), (x[2], 3)], key=lambda p: -p[0])
    order = sorted(range(len(x)), key=lambda i: x[i] ** 2)
    values = [v * v for v in x]
    values.sort(reverse=True)
    return a[0] * a[1] + b[0] * c[1] + x[order[0]] * 2.0 + values[0] * values[2]


@right(1.3)
def itertools_without_an_end(x):
    s = 0.0
    for k, v in zip(itertools.count(1), [x, x * x, 2.0], strict=False):
        s += k * v
    for v in itertools.islice(itertools.cycle([x, 2.0]), 3):
        s = s * v
    return s + sum(itertools.takewhile(lambda v: v < 5.0, (x**k for k in range(9))))


@right(V)
def generators_returned(x):
    def doubled(it):
        for v in it:
            yield 2.0 * v

    def picked(it, keep):
        return (v * x[0] for v in it if keep(v))

    return sum(picked(doubled(v for v in x), lambda v: v > -3.0)) ** 2 + max(picked(x, lambda v: True))


@right(V)
def keys_chosen_by_values(x):
    totals = {"above": 1.0, "below": 0.0}
    for v in x:
        totals["above" if v > 0.0 else "below"] += v * v
    key = "above" if x[0] > 0.0 else "below"
    return totals[key] * totals.get(key) * totals["below"] * (key in totals)


@right(1.3)
def functions_chosen_by_a_number(x):
    k = int(x)
    return [math.sin, math.cos, lambda v: v * v][k](x) + {0: x, 1: x**3}[k]


@right(V)
def more_of_the_library(x):
    pairs = [(x[0], 1), (x[1], 2), (x[2], 3)]
    best = max(pairs, key=operator.itemgetter(0))
    y = np.piecewise(x, [x < 0.0, x > 2.0], [lambda v: v**2, 3.0, np.sin])
    z = np.fromiter((v * v for v in x), dtype=float)
    s = sum(a * b for a, b in itertools.zip_longest([x[0], x[1]], [x[2]], fillvalue=2.0))
    return best[0] * best[1] + np.sum(y * z) + s


@right(1.3)
def exception_made_inside(x):
    class Stop(Exception):
        pass

    y = x
    try:
        for _ in range(9):
            y = y * x
            if y > 2.0:
                raise Stop
    except Stop:
        y = -y
    return y


@right(Ball(2.0, 0.5))
def replaced_without_what_is_no_field(ball):
    ball.energy_before = ball.energy
    return replace(ball, speed=ball.height).energy + ball.energy_before


@right(1.3)
def context_manager_made_inside(x):
    @contextlib.contextmanager
    def scaled(a, k):
        a *= k
        yield a[1:]
        a /= k

    y = np.array([x, 2.0, x * x])
    with scaled(y, 3.0) as tail:
        tail += y[0]
    return np.sum(y**2)


@right(1.3)
def made_inside(x):
    point = collections.namedtuple("point", "u v")(x, v=x * x)

    @functools.lru_cache(None)
    def power(n):
        return x if n == 0 else power(n - 1) * x + point.u

    return point.u * sum(point) + power(3)


@refused(2.0, "set")
def set_of_values(x):
    return sum({x, 1.0})


@refused(2.0, "key")
def value_as_key(x):
    return {x: 2.0}[x] * x


group("writes in place")


@right(V)
def items_in_a_loop(x):
    y = np.zeros(4)
    for i in range(3):
        y[i + 1] = y[i] * x[i] + x[i]
    return y @ y


@right(V)
def read_modify_write(x):
    y = x.copy()
    for i in range(1, 3):
        y[i] *= y[i - 1]
        y[i - 1] += np.sin(y[i])
    return np.sum(y * x)


@right(V)
def overwritten_input(x):
    y = x * 1.0
    y[0] = 3.0
    y[1:] = y[:-1] * x[1:]
    return np.sum(y**2)


@right(V)
def duplicates_and_masks(x):
    y = x.copy()
    y[[0, 0, 1]] += x
    y[x < 0.0] *= 2.0
    np.add.at(y, [2, 2], x[:2])
    return np.sum(y * y)


@right(V)
def out_arguments(x):
    y, z = np.empty(3), np.empty(3)
    np.exp(x, out=y)
    np.multiply(y, x, out=z)
    np.copyto(y, z)
    z.fill(2.0)
    return np.sum(y * z)


@right(V)
def writes_to_an_argument(x):
    def bump(a, k):
        a[k] *= a[0]

    y = x + 1.0
    bump(y, 1)
    bump(y[1:], 1)
    return y.sum()


@right(V)
def array_in_an_object(x):
    state = {"u": x.copy(), "old": x}
    for _ in range(2):
        state["old"] = state["u"]
        state["u"] = state["u"] * 2.0
        state["old"][0] = state["u"][1]
    return np.sum(state["u"] * state["old"])


@right(V)
def plus_equals_on_a_shared_array(x):
    y = x * 1.0
    z = y
    y += x[0]
    return np.sum(z * z)


@right(V)
def sorted_in_place(x):
    y = x * 2.0
    y.sort()
    return y @ np.arange(3.0)


@right(M)
def swapped_rows(x):
    y = x.copy()
    y[[0, 1]] = y[[1, 0]]
    y[0], y[1] = y[1], y[0] * 2.0
    return np.sum(y * np.arange(4.0).reshape(2, 2))


@right(V)
def placed_list(x):
    y = x * 2.0
    np.place(y, x > 0.0, [x[0], x[1] * x[2]])
    return np.sum(y * x)


@right(M)
def entries_in_order(x):
    y = x.copy()
    y.flat[1:3] = y.flat[0] * 2.0
    y.T.flat[[0, -1]] *= x[0]
    s = 0.0
    for v in y.flat:
        s = s * 0.5 + v * v
    return s + len(y.flat) * np.dot(x.flat, y.flat)


@right(V)
def ufuncs_at_an_index(x):
    y = x.copy()
    np.multiply.at(y, [2, 2, 0], x)
    np.subtract.at(y, [0, 0], x[1])
    np.maximum.at(y, y > 1.0, x[0])
    return np.sum(y**2)


@right(M)
def ufuncs_over_an_axis(x):
    y = np.maximum.accumulate(x, axis=1) * np.hypot.reduce(x, axis=1)
    return np.sum(y) + np.sum(np.add.reduceat(x[0] ** 2, [0, 1]) * np.multiply.reduceat(x[1], [1, 0]))


@right(V)
def partitioned(x):
    y = x**2
    y.partition(1)
    return y[0] * y[1]


OUTSIDE = np.array([0.5, 1.5, -0.5])


@right(V)
def array_from_outside_written(x):
    global_array = OUTSIDE
    global_array += 0.0
    return np.sum(x * global_array)


group("views")


@right(M)
def row_and_column(x):
    y = x.copy()
    row, column = y[0], y[:, 1]
    row *= 2.0
    column += row
    return np.sum(y**2)


@right(M)
def transposed_and_flat(x):
    y = x.copy()
    t, flat = y.T, y.reshape(-1)
    t[0] = t[1] * 3.0
    flat[-1] = flat[0] * flat[1]
    return np.sum(t * x)


@right(V)
def base_written_after_the_view(x):
    y = x.copy()
    view = y[1:]
    before = view * 1.0
    y[1] = y[0] ** 2
    return np.sum(view * before)


@right(M)
def diagonal(x):
    y = x @ x
    np.fill_diagonal(y, x[0])
    return np.trace(y) * y[0, 1]


@right(M)
def items_of_an_iteration(x):
    y = x.copy()
    for row in y:
        row[0] *= row[1]
    return np.sum(y)


@right(M)
def diagonals_before_a_write(x):
    y, s = x.copy(), 0.0
    for k in range(2):
        s += np.sum(np.diag(y) ** 2) * y.diagonal()[0]
        y[k] *= 2.0 + np.trace(y)
    wide = np.broadcast_to(y, (2, 2, 2))
    s += np.sum(wide[1] * x)
    y *= s
    return np.sum(y)


@refused(M, "later")
def diagonal_that_is_live(x):
    y = x.copy()
    d = np.diag(y)
    y[0, 0] = 3.0 * x[1, 1]
    return np.sum(d**2)


@right(V)
def imaginary_parts(x):
    z = np.zeros(3, dtype=complex)
    z[:2] = x[:2] + 1j * x[1:]
    s = np.sum(z.imag**2 * x)
    z.imag[2] = s
    z.real = x**2
    z *= 1j + x[0]
    return np.sum(z.imag * x) + np.sum(np.abs(z) ** 2)


@right(V)
def a_view_of_the_same_type(x):
    y = x.copy()
    y.view()[1] = x[0] ** 2
    return np.sum(y * x)


group("numpy")


@right(M)
def linear_algebra(x):
    return np.linalg.det(x) + np.sum(np.linalg.solve(x, np.ones(2))) + np.linalg.norm(x)


@right(M)
def reductions(x):
    return np.sum(x.mean(axis=0) * x.std(axis=1)) + np.prod(x) + x.max() - np.cumsum(x, axis=1)[1, 1]


@right(M)
def contractions(x):
    return np.einsum("ij,kj->ik", x, x)[0, 1] + np.tensordot(x, x, axes=2) + np.outer(x[0], x[1]).sum()


@right(V)
def joining(x):
    y = np.concatenate([x, x[::-1] ** 2])
    return np.sum(np.pad(y, 1)[2:] * np.roll(np.tile(y, 2), 1)[:6])


@right(V)
def selection(x):
    return np.sum(np.where(x > 0.0, np.sqrt(np.abs(x)), x**2) * np.clip(x, -1.0, 1.0)) + np.maximum(x, 0.1).sum()


@right(V)
def broadcasting(x):
    return np.sum((x[:, None] - x[None, :]) ** 2 * np.arange(3.0))


@right(V)
def applied_along_an_axis(x):
    return np.apply_along_axis(np.sum, 0, x) * np.vectorize(lambda v: v * v if v > 0.0 else v)(x)[1]


@refused(V, "np.frompyfunc")
def without_a_rule(x):
    return np.frompyfunc(np.sum, 1, 1)(x) * 1.0


@refused(2.0, "object")
def array_of_objects(x):
    y = np.zeros(2, dtype=object)
    y[0] = x
    return y[0] * 2.0


group("out of the flow of values")


@refused(2.0, "repr")
def through_text(x):
    return 2.0 * float(repr(x))


@refused(2.0, "eval")
def evaluated_text(x):
    return 2.0 * eval("x * x")


KEPT = [0.0]


@right(2.0)
def through_a_global_list(x):
    KEPT[0] = x
    return KEPT[0] * 2.0


@right(2.3)
def constants_of_values(x):
    return x * int(x) + math.floor(x) + round(x) * (x > 1.0)


@right(2.0)
def seen_but_not_changed(x):
    assert isinstance(x, float), "boxed"
    assert not hasattr(x, "tape")
    return x * x
