"""Programs that are refused, each for its own reason: what test_messages.py holds the exact words for."""

import collections
import decimal
import json
import pickle
import threading

import numpy as np

STATE = 1.0
SEEN = []
LATEST = collections.deque()


class Meta(type):
    pass


class Vector(np.ndarray):
    pass


class Box:
    def __init__(self):
        self.value = 0.0


def through_text(x):
    return float(str(x)) * x


def through_json(x):
    return json.loads(json.dumps(x)) * x


def through_pickle(x):
    return pickle.loads(pickle.dumps(x)) * x


def pads_by_a_ramp(x):
    return np.sum(np.pad(x, 1, "linear_ramp", end_values=2.0))


def pads_by_a_ramp_to(x):
    return np.sum(np.pad(x, 1, "linear_ramp", end_values=x[0]))


def unknown_keyword(x):
    return np.sum(np.maximum(x, 0.0, order="F"))


def extends_by_tolist(x, a):
    x += a[:0].tolist()
    return x[0] * x[1]


def through_decimal(x):
    return float(decimal.Decimal(x)) * x


def through_exec(x):
    scope = {"x": x}
    exec("y = x * x", scope)
    return scope["y"]


def through_eval(x):
    return eval("x * x")


def through_deleted_global(x):
    global STATE
    STATE = x * x
    del STATE
    return x * x


def through_outer_list(x):
    items = [x]
    if x > 0.0:
        SEEN.append(items)
    items.append(x)
    return items[-1] * x


def through_outer_deque(x):
    LATEST.append(x)
    return LATEST[-1] * x


def through_outer_class(x):
    Box.value = x
    return Box.value * x


def through_vectorize(x):
    return np.sum(np.vectorize(np.sum, signature="(n)->()")(x))


def through_frompyfunc(x):
    return np.sum(np.frompyfunc(lambda v: v * v, 1, 1)(x))


def through_memoryview(x):
    memoryview(np.outer(x, x))[1, 1] = 3.0
    return np.sum(x)


def through_bytes(x):
    return np.sum(np.frombuffer(x.tobytes()) * x)


def through_objects(x):
    box = np.empty(1, dtype=object)
    box[0] = x
    return box[0] * x


def through_computed_key(x):
    table = {x: x * x}
    return table[x]


def through_id(x):
    return x * id(x)


def through_thread(x):
    out = []
    thread = threading.Thread(target=lambda: out.append(x))
    thread.start()
    return out[0]


def through_locals(x):
    y = x * x
    return locals()["y"]


async def coroutine(x):
    return x * x


def awaits(x):
    return coroutine(x)


def makes_a_class(x):
    class Local(metaclass=Meta):
        pass

    return x * len(Local.__name__)


def no_rule(x):
    return np.sum(np.from_dlpack(x))


def grows_while_read(x):
    items = [x, x]
    for v in items:
        items.append(v)
        if len(items) > 4:
            break
    return sum(items)


def used_twice(x):
    squares = (v * v for v in [x, x])
    return sum(squares) + sum(squares)


def vector(x):
    return x * x


def whole_numbers(x):
    return x.astype(int)


def nothing(x):
    x * x


def no_axis(x):
    return np.array(len(x))


def position(x):
    return np.argmax(x)


def count(x):
    return np.sum(x > 0.0)


def comparisons(x):
    return x > 0.0


def flag(x):
    return bool(x[0] > 0.0)


def always(x):
    return True


def with_positions(x):
    return x * 2.0, np.argsort(x), None


def yields(x):
    yield x * x


def complex_output(x):
    return x * 1j


def text_output(x):
    return "x"


def reads_base(x):
    return x.base[0]


def splits_and_writes(x):
    a, b = np.split(x, 2)
    a[0] = b[0]
    return np.sum(x)


def writes_shape(x):
    y = x * 1.0
    y.shape = (2, 1)
    return np.sum(y)


def shares(x, y):
    x[0] = y[1]
    return np.sum(x * y)


def given_twice(a, b):
    scale = 2.0
    a.append(b[0] * scale)
    return a[0] * a[-1]


def grows_when_run(a, more):
    out = 0.0
    for v in a:
        out = out + v
        if more:
            a.append(v)
    return out


def binds_in_a_loop(x, n):
    last = None
    for i in range(n):
        last = (x * i, x)
    return last[1] * x


def ints_or_floats(x, y):
    z = 0 if y > 1 else x
    both = np.array([z, z])
    both[0] = x
    return both[0] * both[1]


def reshapes_and_writes(x):
    flat = x.reshape(-1)
    flat[0] = 3.0
    return np.sum(x * flat[0])


def beyond_its_entries(x):
    return np.sum(np.lib.stride_tricks.as_strided(x, (3,), (16,)) ** 2)


def writes_an_entry_twice(x):
    y = x * 1.0
    pairs = np.lib.stride_tricks.as_strided(y, (3, 2), (8, 8))
    pairs[...] = pairs * 2.0
    return np.sum(y)


def unpickles(x, data):
    return x * pickle.loads(data)


def helped(x, y):
    z = x * y
    return shares(x, y) + np.sum(z)


def undefined(x):
    return x * missing  # noqa: F821


def bad_shapes(x):
    return np.sum(x + np.ones(5))


def raises(x):
    raise ValueError("no such thing")


def times(x, y):
    return x * y


def pair(x):
    return x, x * x


def first(p):
    return p[0]
