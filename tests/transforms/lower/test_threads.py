"""Threads that are started and joined are followed one after the other; what is left running is refused."""

from __future__ import annotations

import threading
from threading import Thread

import numpy as np
import pytest

import ad
from transforms.errors import DerivativeError

TOTAL = 0.0


def one(x):
    found = {}
    thread = threading.Thread(target=lambda: found.update(y=x * x))
    thread.start()
    thread.join()
    return found["y"] * x


def entry(i, x, out):
    out[i] = x[i] * i * x[i]


def several(x):
    out = np.zeros(3)
    threads = [Thread(target=entry, args=(i, x), kwargs={"out": out}) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out.sum()


def add(x):
    global TOTAL
    TOTAL = x * x


def by_a_global(x):
    thread = Thread(target=add, args=(x,), daemon=True)
    thread.start()
    thread.join()
    return TOTAL * x


def not_joined(x):
    out = []
    thread = Thread(target=out.append, args=(x,))
    thread.start()
    return out[0] * x


def joined_on_one_way(x):
    out = []
    thread = Thread(target=out.append, args=(x,))
    thread.start()
    if x > 1.0:
        thread.join()
    return out[0] * x


def in_a_try(x):
    out = []
    thread = Thread(target=out.append, args=(x,))
    try:
        thread.start()
    except ValueError:
        pass
    thread.join()
    return out[0] * x


def test_joined_threads():
    assert ad.grad(one)(2.0) == 12.0
    assert ad.jvp(one, (2.0,), (1.0,)) == (8.0, 12.0)
    assert ad.grad(ad.grad(one))(2.0) == 12.0
    assert ad.grad(several)(np.ones(3)).tolist() == [0.0, 2.0, 4.0]
    assert ad.grad(by_a_global)(3.0) == 27.0
    assert TOTAL == 9.0


@pytest.mark.parametrize("f", [not_joined, joined_on_one_way, in_a_try])
def test_what_may_be_left_running_is_refused(f):
    with pytest.raises(DerivativeError, match="thread"):
        ad.grad(f)(2.0)
