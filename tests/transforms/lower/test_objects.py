"""Classes, instances, generators and iterators that are followed, and those that are refused."""

import dataclasses
import functools
import itertools
import operator
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.transforms.lower.checks import MODES, agrees, refused


class Pair(NamedTuple):
    a: float
    b: Any = None

    def area(self):
        return self.a * np.sum(self.b)

    @classmethod
    def of(cls, x):
        return cls(x[0], x)

    @property
    def twice(self):
        return self.a * 2


def program_nt_make(x):
    p = Pair._make([x[0], x])
    q = p._replace(a=p.a**2)
    d = q._asdict()
    return q.area() * p.twice + d["a"] * np.sum(d["b"] ** 2) + Pair.of(x).a


def program_localclass(x):

    class Vec:
        def __init__(self, a, b):
            self.a = a
            self.b = b

        def __add__(self, o):
            return Vec(self.a + o.a, self.b + o.b)

        def dot(self, o):
            return self.a * o.a + self.b * o.b

    u = Vec(x[0], x[1])
    v = Vec(x[2], x[3] ** 2)
    return (u + v).dot(u)


def program_localclass_closure(x):
    s = x[0]

    class M:
        k = 3.0

        def f(self, y):
            return s * y * self.k

        @staticmethod
        def g(y):
            return y**2

        @classmethod
        def make(cls, v):
            m = cls()
            m.v = v
            return m

        @property
        def dbl(self):
            return self.v * 2

    m = M.make(x[1])
    return m.f(x[2]) + M.g(x[3]) * m.dbl


def program_localdataclass(x):

    @dataclass
    class P:
        a: float
        b: float = 2.0
        c: list = field(default_factory=list)

        def __post_init__(self):
            self.d = self.a * self.b

    p = P(x[0])
    q = P(x[1], b=x[2])
    q.c.append(x[3])
    return p.d * q.d + q.c[0] * q.a


def program_localinherit(x):

    class A:
        def __init__(self, v):
            self.v = v

        def f(self):
            return self.v**2

    class B(A):
        def __init__(self, v, w):
            super().__init__(v)
            self.w = w

        def f(self):
            return super().f() * self.w

    b = B(x[0], x[1])
    return b.f() * isinstance(b, A)


class Acc:
    __slots__ = ("t", "n")

    def __init__(self):
        self.t = 0.0
        self.n = 0

    def add(self, v):
        self.t += v
        self.n += 1
        return self


def program_slots(x):
    a = Acc()
    for v in x:
        a.add(v * v)
    return a.t / a.n


class Lazy:
    def __init__(self, x):
        self.x = x

    def __getattr__(self, name):
        if name.startswith("pow"):
            return self.x ** int(name[3:])
        raise AttributeError(name)


def program_getattr(x):
    l = Lazy(x[0])
    return l.pow2 + l.pow3 * x[1]


class Cfg:
    scale = 2.0
    count = 0

    def f(self, x):
        return x * self.scale


def program_classattr(x):
    return Cfg().f(x[0]) * Cfg.scale


class Prop:
    def __init__(self, v):
        self._v = v

    @property
    def v(self):
        return self._v * 2

    @v.setter
    def v(self, new):
        self._v = new**2


def program_setter(x):
    p = Prop(x[0])
    p.v = x[1]
    p.v += x[2]
    return p.v * x[3]


class Seq:
    def __init__(self, items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, v):
        return v in self.names

    names = ("a", "b")

    def __eq__(self, o):
        return len(self) == len(o)

    def __lt__(self, o):
        return self[0] < o[0]

    def __iadd__(self, o):
        self.items[0] = self.items[0] + o
        return self

    def __bool__(self):
        return len(self.items) > 0

    def __call__(self, a):
        return a * self.items[0]

    def __neg__(self):
        return Seq([-i for i in self.items])

    def __delitem__(self, i):
        del self.items[i]


def program_seq(x):
    s = Seq([x[0], x[1] ** 2, x[2]])
    s[1] = s[1] * x[3]
    s += x[4]
    t = 0.0
    for v in s:
        t += v * v
    if "a" in s:
        t *= 2
    if s == Seq([1, 2, 3]):
        t += x[0]
    if s < Seq([100.0]):
        t *= x[1]
    if s:
        t += s(x[2])
    del s[0]
    return t * len(s) + (-s)[0] + max(s)


def program_seq_zip(x):
    s = Seq([x[0], x[1] ** 2, x[2]])
    return sum((a * b for a, b in zip(s, s))) + sum((i * a for i, a in enumerate(s)))


class GenSeq:
    def __init__(self, x):
        self.x = x

    def __iter__(self):
        for v in self.x:
            yield (v * v)


def program_geniter(x):
    return sum(GenSeq(x)) + max(GenSeq(x)) + list(GenSeq(x))[1]


def gen(x):
    for v in x:
        yield (v * v)
        yield v


def gen3(x):
    for k in range(3):
        yield (x[k] ** (k + 1))


def program_gen_list(x):
    return sum(list(gen(x)))


def program_gen_sum(x):
    return sum(gen(x)) * max(gen(x)) * min(gen3(x))


def program_gen_next(x):
    g = gen3(x)
    a = next(g)
    b = next(g)
    return a * b + next(g)


def program_gen_next_dflt(x):
    return next((v for v in x[:3] if v > 1000000000.0), x[0]) ** 2


def program_gen_zip(x):
    t = 0.0
    for a, b in zip(gen3(x), x):
        t += a * b
    return t


def program_gen_zip_again(x):
    return sum((a * b for a, b in zip(gen(x), gen3(x))))


def program_gen_enum(x):
    return sum((i * a for i, a in enumerate(gen(x))))


def program_gen_tuple(x):
    a, b, c = gen3(x)
    return a * b * c + sum(tuple(gen3(x)))


def program_iter_next(x):
    it = iter([x[0], x[1], x[2] ** 2])
    t = next(it)
    for v in it:
        t *= v
    return t


def program_iter_next_loop(x):
    it = iter((x[0], x[1], x[2], x[3]))
    t = 0.0
    for k in range(3):
        t += next(it) * k
    return t


def program_iter_arr(x):
    it = iter(x)
    a = next(it)
    t = 0.0
    for v in it:
        t += a * v**2
    return t


def program_counter(x):
    c = Counter(["a", "b", "a"])
    return x[0] ** c["a"] * x[1] ** c["b"]


@lru_cache(maxsize=None)
def fact(n):
    return 1 if n == 0 else n * fact(n - 1)


@cache
def sq(v):
    return v * v


def program_lru(x):
    return x[0] * fact(4) + x[1] * sq(3.0)


def program_lru_active(x):
    return sq(float(x[0])) * x[1]


def program_objs_in_list(x):
    xs = [Prop(x[0]), Prop(x[1])]
    for p in xs:
        p.v = p.v * 2
    return xs[0].v * xs[1].v


def program_objs_grow(x):
    xs = []
    for k in range(3):
        xs.append(Prop(x[k]))
    return sum((p.v for p in xs)) * xs[-1].v


def program_objs_grow_n(x):
    xs = []
    for v in x:
        xs.append(Prop(v))
    return sum((p.v for p in xs))


@dataclass
class State:
    pos: float
    vel: float
    hist: list = field(default_factory=list)

    def step(self, dt):
        return State(self.pos + dt * self.vel, self.vel - dt * np.sin(self.pos))


def program_state_loop(x):
    s = State(x[0], x[1])
    for k in range(5):
        s = s.step(0.1)
    return s.pos * s.vel


def program_state_mut(x):
    s = State(x[0], x[1])
    for v in x:
        s.pos += v * s.vel
        s.vel *= 0.9
        s.hist.append(s.pos)
    return s.pos * s.vel + sum((h * h for h in s.hist))


@dataclass(frozen=True)
class Fro:
    a: float
    b: float

    def scaled(self, k):
        return dataclasses.replace(self, a=self.a * k)


def program_frozen(x):
    f = Fro(x[0], x[1]).scaled(x[2])
    return f.a * f.b + dataclasses.astuple(f)[0] + dataclasses.asdict(f)["b"]


@dataclass(order=True)
class Ord:
    a: float
    b: float = 1.0


def program_order(x):
    u, v = (Ord(x[0]), Ord(x[1]))
    return x[2] ** 2 if u < v else x[3] ** 2 + (u == v)


class Base:
    def __init__(self, w):
        self.w = w

    def f(self, x):
        return x * self.w

    def g(self, x):
        return self.f(x) ** 2


class Derived(Base):
    def __init__(self, w, b):
        super().__init__(w)
        self.b = b

    def f(self, x):
        return super().f(x) + self.b


class Mixin:
    def h(self, x):
        return self.g(x) * 3


class Both(Mixin, Derived):
    pass


def program_inherit(x):
    m = Both(x[0], x[1])
    return m.h(x[2]) * (isinstance(m, Base) and isinstance(m, Mixin))


def program_match_cls(x):
    s = State(x[0], x[1])
    match s:
        case State(pos=p, vel=v):
            return p * v**2
    return x[0]


def program_listclass_subclass(x):

    class Stack(list):
        def push(self, v):
            self.append(v)

    s = Stack()
    s.push(x[0])
    return s[0]


def program_enum(x):
    return sum(map(lambda p: p[0] * p[1], enumerate(x)))


def program_filter(x):
    return sum(filter(lambda v: v > 0, x)) ** 2


def program_reduce(x):
    return functools.reduce(lambda a, b: a * b + 1, x)


def program_acc(x):
    return sum(itertools.accumulate(x, operator.mul))


def program_pairwise(x):
    return sum((a * b for a, b in zip(x, x[1:])))


def program_itpairwise(x):
    return sum((a * b for a, b in itertools.pairwise(x)))


def program_chain(x):
    return sum((v * v for v in itertools.chain(x, x[1:], [x[0]])))


def program_product(x):
    return sum((x[i] * x[j] for i, j in itertools.product(range(2), repeat=2)))


def program_starmap(x):
    return sum(itertools.starmap(operator.mul, zip(x, x)))


def program_takewhile(x):
    return sum(itertools.takewhile(lambda v: v < 1, x))


def program_zip_longest(x):
    return sum((a * b for a, b in itertools.zip_longest(x, x[1:], fillvalue=2.0)))


def program_count(x):
    return sum((v * i for v, i in zip(x, itertools.count(1))))


def program_cycle(x):
    return sum((v * s for v, s in zip(x, itertools.cycle([1.0, -1.0]))))


def program_repeat(x):
    return sum(map(operator.mul, x, itertools.repeat(2.0)))


def program_gen_next_once(x):
    g = (v * v for v in [x[0], x[1]])
    return next(g) * x[2]


class Vector:
    def __init__(self, a, b):
        self.a, self.b = (a, b)

    def __iter__(self):
        yield self.a
        yield self.b

    def __radd__(self, o):
        return Vector(self.a + o, self.b + o)

    def __mul__(self, k):
        return Vector(self.a * k, self.b * k)

    __rmul__ = __mul__

    def __matmul__(self, o):
        return self.a * o.a + self.b * o.b

    def __abs__(self):
        return (self @ self) ** 0.5

    def __getitem__(self, i):
        return (self.a, self.b)[i]


def program_vec_operators(x):
    u = Vector(x[0], x[1])
    v = 2.0 * u * x[2]
    a, b = 1.0 + v
    return abs(u) * (u @ v) + a * b + u[0] * v[-1] + sum(u)


def program_set_order(x):
    t = 1.0
    for k in {3, 1, 2}:
        t = t * 0.5 + x[k]
    return t


class A:
    def __init__(self, v):
        self.v = v


def program_inst_eq(x):
    a = A(x[0])
    b = a
    return x[0] if a == b else x[1]


def program_inst_eq_again(x):
    a = A(x[0])
    b = A(x[0])
    return x[0] if a == b else x[1]


def program_inst_is(x):
    a = A(x[0])
    b = a
    b.v = x[1]
    return a.v * (a is b) * x[2]


def program_inst_in_list(x):
    a = A(x[0])
    b = A(x[1])
    return x[2] if a in [a, b] else x[3]


def program_deque_isinst(x):
    q = deque([x[0]])
    return x[0] if isinstance(q, list) else x[1] ** 2


def program_gen_interleave(x):
    xs = [x[0], x[1], x[2]]

    def g():
        for i in range(3):
            yield xs[i]

    t = 0.0
    for v in g():
        xs[2] = xs[2] * v
        t += v
    return t


def program_gen_interleave_zip(x):
    xs = [x[0], x[1], x[2]]

    def g():
        for i in range(3):
            yield xs[i]

    t = 0.0
    for v, k in zip(g(), range(3)):
        xs[2] = xs[2] * v
        t += v * k
    return t


def program_gen_state(x):

    def g():
        a = 1.0
        while True:
            a = a * 0.5
            yield a

    t = 0.0
    for v, k in zip(x, g()):
        t += v * k
    return t


def program_gen_state_again(x):

    def g():
        a = x[0]
        while True:
            yield a
            a = a * 0.5 + x[1]

    t = 0.0
    for k, v in zip(g(), range(4)):
        t += k * v
    return t


def program_zip_gen_else(x):

    def g():
        yield x[0]
        yield x[1]
        yield x[2]

    t = 0.0
    for a, b in zip(g(), x):
        if a > 100:
            break
        t += a * b
    else:
        t *= 2
    return t


def program_zip_gen_break(x):

    def g():
        yield x[0]
        yield x[1]
        yield x[2]

    t = 0.0
    for a, b in zip(g(), x):
        t += a * b
        if a < 0:
            break
    else:
        t *= 2
    return t


def program_zip_gen_return(x):

    def g():
        yield x[0]
        yield x[1]
        yield x[2]

    for a, b in zip(x, g()):
        if a < 0:
            return a * b
    return x[4]


def program_iter_two(x):
    it = iter([x[0], x[1] ** 2, x[2], x[3]])
    return sum((a * b for a, b in zip(it, it)))


def program_iter_partial(x):
    it = iter([x[0], x[1] ** 2, x[2], x[3]])
    for v in it:
        if v < 0.3:
            break
    return next(it) * 3


def program_iter_list_mut(x):
    xs = [x[0], x[1], x[2]]
    it = iter(xs)
    a = next(it)
    xs[1] = x[4] ** 2
    return a * next(it)


def program_iter_list_mut_for(x):
    xs = [x[0], x[1], x[2]]
    it = iter(xs)
    a = next(it)
    xs[1] = x[4] ** 2
    for v in it:
        a = a * v
    return a


def program_iter_arr_mut(x):
    y = x * 2
    it = iter(y)
    a = next(it)
    y[1] = x[4] ** 2
    return a * next(it)


def program_next_twice(x):
    g = (v * v for v in [x[0], x[1]])
    return next(g) * next(g)


def program_transpose_zip(x):
    rows = [[v * w for w in x] for v in x]
    cols = list(zip(*rows))
    return sum(cols[1]) * cols[0][2]


def program_local_dc_eq(x):

    @dataclass
    class P:
        a: float
        b: float

    return x[0] if P(x[0], x[1]) == P(x[0], x[1]) else x[1]


def program_local_in_loop(x):
    t = 0.0
    for v in x:

        class S:
            def __init__(self, w):
                self.w = w * v

            def f(self):
                return self.w**2

        t += S(v).f()
    return t


def program_local_counter(x):

    class C:
        n = 0

        def add(self, v):
            self.n += 1
            return v * self.n

    c = C()
    d = C()
    t = 0.0
    for v in x:
        t += c.add(v) + d.n
    return t * C.n + t * c.n


def program_local_cond(x):
    if x[0] > 0:

        class S:
            k = 2.0

            def f(self, v):
                return v * self.k
    else:

        class S:
            k = 3.0

            def f(self, v):
                return v**2 * self.k

    return S().f(x[1])


RIGHT = [
    program_nt_make,
    program_localclass,
    program_localclass_closure,
    program_localdataclass,
    program_localinherit,
    program_slots,
    program_getattr,
    program_classattr,
    program_setter,
    program_seq,
    program_gen_list,
    program_gen_sum,
    program_gen_next_dflt,
    program_gen_zip,
    program_gen_enum,
    program_gen_tuple,
    program_iter_next,
    program_iter_next_loop,
    program_iter_arr,
    program_counter,
    program_lru,
    program_lru_active,
    program_objs_in_list,
    program_objs_grow,
    program_state_loop,
    program_state_mut,
    program_frozen,
    program_order,
    program_inherit,
    program_match_cls,
    program_enum,
    program_filter,
    program_reduce,
    program_acc,
    program_pairwise,
    program_itpairwise,
    program_chain,
    program_product,
    program_starmap,
    program_gen_next_once,
    program_vec_operators,
    program_set_order,
    program_inst_eq,
    program_inst_is,
    program_gen_interleave,
    program_gen_interleave_zip,
    program_gen_state,
    program_gen_state_again,
    program_zip_gen_else,
    program_zip_gen_break,
    program_zip_gen_return,
    program_iter_list_mut,
    program_iter_list_mut_for,
    program_iter_arr_mut,
    program_local_dc_eq,
    program_local_in_loop,
    program_local_cond,
    program_takewhile,
    program_count,
    program_cycle,
    program_geniter,
    program_local_counter,
    program_objs_grow_n,
    program_transpose_zip,
    program_zip_longest,
]
REFUSED = [
    program_seq_zip,
    program_gen_next,
    program_gen_zip_again,
    program_listclass_subclass,
    program_repeat,
    program_inst_eq_again,
    program_inst_in_list,
    program_deque_isinst,
    program_iter_two,
    program_iter_partial,
    program_next_twice,
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", RIGHT, ids=lambda f: f.__name__)
def test_program_agrees_with_differences(program, mode):
    agrees(program, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", REFUSED, ids=lambda f: f.__name__)
def test_program_is_refused_with_its_place(program, mode):
    assert "test_" in refused(program, mode)
