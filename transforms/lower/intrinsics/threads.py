"""Threads, one after the other: a `threading.Thread` runs its target as a whole when it is started.

That is one of the orders in which the plain program may run, and the only one whose result it can count on, if the
thread is joined.  One that is not, or that is started inside a try statement (which does not catch what the thread
raises), is refused; so is what waits for another thread (locks, queues), as it has no source.

>>> import ad, threading
>>> def f(x):
...     found = {}
...     thread = threading.Thread(target=lambda: found.update(y=x * x))
...     thread.start()
...     thread.join()
...     return found["y"] * x
>>> ad.grad(f)(2.0)
12.0
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.containers import unpacking
from transforms.lower.objects import instances
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, Const


class InOrder:
    """What is followed in the place of a `threading.Thread`."""

    def __init__(
        self,
        group: Any = None,
        target: Any = None,
        name: Any = None,
        args: Any = (),
        kwargs: Any = None,
        *,
        daemon: Any = None,
    ) -> None:
        self.target, self.args, self.kwargs = target, args, {} if kwargs is None else kwargs
        self.started = self.running = False

    def start(self) -> None:
        if self.started:
            raise RuntimeError("threads can only be started once")
        self.started = self.running = True
        if self.target is not None:
            run(self.target, self.args, self.kwargs)

    def join(self, timeout: Any = None) -> None:
        if not self.started:
            raise RuntimeError("cannot join thread before it is started")
        self.running = False


def run(target: Callable[..., Any], args: Any, kwargs: Any) -> None:
    """Call the target of a thread."""
    target(*args, **kwargs)


def is_thread(fn: Any) -> bool:
    """Whether a callable is `threading.Thread`, if that has been imported at all."""
    threading = sys.modules.get("threading")
    return threading is not None and fn is threading.Thread


def make(lo: Lowering, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """`threading.Thread(...)`."""
    thread = instances.instantiate(lo, InOrder, args, kwargs, node)
    lo.threads.append(thread)
    return thread


def started(lo: Lowering, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A thread is started: what it raises does not reach the one that has started it."""
    if lo.tries:
        lo.refuse("a thread is started inside a try statement: this is not followed", "start it before")
    target, given, named = args
    calling.call(lo, target, unpacking.spread(lo, given), unpacking.mapping(lo, named), node)
    return Const(None)


def check_joined(lo: Lowering) -> None:
    """Refuse a function that does not surely wait for its threads: what they have done by then is not known."""
    for thread in lo.threads:
        content = lo.heap.get(thread.id)
        if not isinstance(content, dict) or content["running"] != FALSE:
            lo.refuse("a thread may be left running: this is not followed", "join it in the block that starts it")


HANDLERS = {run: started}
