"""Programs with try, raise, with and while ... else: value and derivatives against central differences."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable

import numpy as np
import pytest

import ad
from transforms.errors import UnsupportedError

STEP = 1e-6


def two_steps(x, k=2.0):
    y = x * 2
    try:
        y = x / (k - 2.0)
        y = y * x
    except ZeroDivisionError:
        y = y * x * 3
    return y * x


def raise_and_finally(x):
    try:
        if x > 1:
            raise ValueError("too large")
        z = x * x
    except ValueError as error:
        z = x * 3
    finally:
        x = x * 2
    return z * x


def g3(x):
    if x > 1:
        raise KeyError("b")
    return x * x


def raise_in_a_helper(x):
    t = 0.0
    for k in range(4):
        try:
            t += g3(x * k / 2)
        except KeyError:
            t += x * k * x
            if k == 3:
                break
    return t


def known_index_and_key(x):
    l = [x, x * x, 3 * x]
    try:
        y = l[7]
    except (IndexError, KeyError) as e:
        y = l[1] * x
    d = {"a": x}
    try:
        y *= d["b"]
    except KeyError:
        y *= x
    return y


def suppressed_math(x):
    with contextlib.suppress(ZeroDivisionError, ValueError):
        x = x * x
        x = x / math.log(x / x)
        x = x * 7
    with np.errstate(divide="ignore"):
        x = x * 2
    return x


class CM:
    def __init__(self):
        self.n = 1.0

    def __enter__(self):
        self.n *= 2
        return self

    def __exit__(self, t, e, tb):
        self.n = self.n * 5
        return t is not None and issubclass(t, ZeroDivisionError)


def swallowing_context(x):
    c = CM()
    with c as d:
        x = x * d.n
        y = x / (c.n - 2.0)
        x = y
    return x * c.n


@contextlib.contextmanager
def cm2(c):
    c.n = c.n * 3
    try:
        yield c.n
    except ValueError:
        c.n = c.n * 7
    finally:
        c.n = c.n * 2


def generator_context_that_catches(x):
    c = CM()

    def inner():
        with cm2(c) as n:
            if x > 1:
                raise ValueError
            return x * n
        return x * x * n

    return inner() * c.n


def nested_with_finally_between(x):
    try:
        try:
            y = x / (x - x)
        except KeyError:
            y = x * 100
        finally:
            x = x * 3
    except ArithmeticError:
        y = x * x
    try:
        z = sum([1.0 / (i - 5) * x for i in range(8)])
    except ZeroDivisionError as e:
        z = y * x
    return y * z


def raise_another(x):
    try:
        try:
            raise ValueError(x)
        except ValueError as e:
            x = x * x
            raise KeyError from e
    except KeyError as k:
        return x * x


def shapes_that_do_not_fit(x):
    a = np.array([x, x * x, 2.0])
    try:
        a[1:] *= a[0]
        a += np.ones(4)
    except ValueError:
        a[0] = x * x
    return np.sum(a * a)


def inv(v):
    if v == 0:
        raise ZeroDivisionError
    return 1.0 / v


def append_or_continue(x):
    out = []
    for k in [1.0, 0.0, 2.0]:
        try:
            out.append(inv(k) * x)
        except ZeroDivisionError:
            out.append(x * x)
            continue
        out.append(x)
    return sum((o * o for o in out))


def finally_that_leaves_the_loop(x):
    for i in range(3):
        try:
            if i == 1:
                return x * 5
            x = x * x
        finally:
            x = x + 1
            if i == 0:
                continue
            break
    return x * x


def return_through_finally(x):

    def g(v):
        try:
            return v * v
        finally:
            log.append(v * 2)

    log = []
    y = g(x) + g(x * x)
    return y * log[0] * log[1]


def comprehension_keeps_names(x):
    i = 5.0
    try:
        s = [x / (i - 2) for i in range(4)]
    except ZeroDivisionError:
        return i * x * x
    return s[0]


def gen(n, x):
    for j in range(n):
        yield (x / (j + 1))


def consumer_of_a_generator_raises(x):
    t = 0.0
    try:
        for v in gen(5, x):
            t += v * v
            if v < x / 2.5:
                raise StopAsyncIteration
        t = t * 100
    except StopAsyncIteration:
        t = t * x
    return t


def while_true_until_index_error(x):
    a = np.zeros(3)
    n = 0
    while True:
        try:
            a[n] = x * (n + 1)
            n += 1
        except IndexError:
            break
    return np.sum(a * a) * n


def lists_grow_and_shrink(x):
    l = []
    for i in range(5):
        try:
            l.append(x * i)
            l.append(1.0 / (i - 3) * x)
        except ZeroDivisionError:
            l.pop()
    return sum((v * v for v in l))


def keys_in_a_loop(x):
    y = {"u": x * x}
    r = 0.0
    for key in ("u", "w"):
        try:
            r += y[key] * x
        except KeyError as e:
            r += len(e.args) * x
        else:
            r *= 2
    return r


class Div:
    def __init__(self, d):
        self.d = d
        self.calls = 0

    def __call__(self, v):
        self.calls += 1
        if self.d == 0:
            raise ZeroDivisionError("zero")
        self.calls += 1
        return v / self.d


def callable_object_raises(x):
    t = x
    for d in (2.0, 0.0, 4.0):
        o = Div(d)
        try:
            t = o(t) * t
        except (ValueError, ArithmeticError) as err:
            t = t * 3 if "zero" in str(err) else t * 5
        t = t * o.calls
    return t


def domain_of_the_root(x):
    try:
        y = math.sqrt(x - 1.0)
    except ValueError:
        y = -math.sqrt(1.0 - x)
    return y * x


def conversion_and_computed_index(x):
    try:
        n = int(float("nan") * x)
    except (ValueError, OverflowError):
        n = 3
    try:
        m = [x, x * 2, x * 3][n]
    except IndexError:
        m = x * x
    return m * m * n


def writes_through_a_view(x):
    a = np.array([x, 2 * x, 3 * x])
    v = a[1:]
    try:
        v[0] = 5 * x
        a[2] += x * x
        v[7] += x
        v[1] = 0.0
    except IndexError:
        v[1] *= x
    return np.sum(a * a)


def recursion_that_raises(x):

    def rec(n, v):
        if n == 0:
            raise OverflowError("deep")
        try:
            return rec(n - 1, v * x)
        except ValueError:
            return v
        except OverflowError:
            if n < 3:
                raise
            return v * n

    return rec(5, x)


def singular_matrix(x):
    m = np.array([[x, 1.0], [x * x, x]])
    b = np.array([1.0, x])
    try:
        s = np.linalg.solve(m - m, b)
    except np.linalg.LinAlgError:
        s = np.linalg.solve(m + 2 * np.eye(2), b)
    return np.sum(s * s)


def assertion_and_nullcontext(x):
    try:
        assert x < 1, "big"
        y = x * x
    except AssertionError:
        y = x**3
    with contextlib.nullcontext(x) as z:
        y = y * z
    return y


def finally_before_the_outer_handler(x):
    try:
        try:
            x = x * x
            y = x / 0
        finally:
            x = x * 2
    except ZeroDivisionError:
        y = x * x
    return y


def else_and_finally_in_a_loop(x):
    s = 0.0
    for k in range(4):
        try:
            q = x / (k - 2)
            w = q * q
            r = [q, w][k]
        except ZeroDivisionError:
            s += x
        except IndexError:
            s += q * w
        else:
            s += r
        finally:
            s *= x
    return s


def while_with_else(x):
    i = 0
    while i < 5:
        i += 1
        if x * i > 3:
            x = x * 0.5
            break
    else:
        x = x * 7
    return x * x


def one_of_two_functions(x):
    class_ = ValueError
    try:
        f = (lambda v: v / (v - v)) if x > 1 else lambda v: v * v
        y = f(x) * 3
    except ZeroDivisionError:
        y = x * 11
    return y * x


def bare_raise(x):
    y = x
    try:
        y = y * 2
        y = 1 / (y - y)
    except Exception as e:
        if isinstance(e, ZeroDivisionError):
            y = y * x
        else:
            raise
    return y


@contextlib.contextmanager
def scaled(c):
    c.n *= 2
    yield
    c.n /= 4


def return_through_a_generator_context(x):
    c = CM()

    def inner():
        with scaled(c):
            return x * c.n

    return inner() * c.n


def mismatched_sums(x):
    p = np.array([x, 2.0, 3.0])
    q = np.array([1.0, x])
    try:
        r = p + q
    except ValueError:
        r = p * q[1]
    try:
        t = np.dot(p, q)
    except ValueError:
        t = np.dot(p, p)
    return np.sum(r) * t


def writes_and_handlers_in_a_loop(x):
    a = np.array([x, 2 * x, x * x])
    t = 0.0
    for k in range(3):
        try:
            a[k] = np.sin(a[k]) * a[2 - k]
            a[k + 1] *= a[k]
            t += a[k] * a[k]
            a[k + 2] = t * a[0]
        except IndexError:
            a[0] = a[0] * a[1] * t
            a *= 1.1
        finally:
            t = t * x + a[1]
    return np.sum(a**2) * t


def while_test_that_divides(x):
    n = 0
    while 1.0 / (n - 5) < 0:
        n += 1
        try:
            x = x * 1.1 + 1 / (n - 2) * x
        except ZeroDivisionError:
            x = x * x
        if n == 4:
            break
    return x * x


def partial_effects_of_a_helper(x):

    def h(v, l):
        l.append(v)
        w = v / l[0]
        l.append(w / (len(l) - 1))
        return w

    l = []
    try:
        y = h(x, l) * h(x * x, l)
    except ZeroDivisionError:
        y = sum(l) * x
    return y + l[0]


def two_loops_two_tries(x):
    r = x
    for i in range(3):
        try:
            for j in range(3):
                try:
                    r = r + x / (i - j + 1) if j != 2 else r + x / (i - 1)
                    if j == 1 and i == 2:
                        raise KeyError(i)
                except ZeroDivisionError:
                    r = r * x
                    if i == 0:
                        raise
                else:
                    r = r * 1.1
                finally:
                    r += 0.1 * x
        except (KeyError, ZeroDivisionError) as e:
            r = r * (2.0 if isinstance(e, KeyError) else 3.0)
    return r


def class_from_a_table(x):
    class_of = {0: ValueError, 1: KeyError}
    for k in range(2):
        try:
            raise class_of[k]("x")
        except KeyError:
            x = x * x
        except ValueError:
            x = x * 3
    return x


@contextlib.contextmanager
def guard(box):
    try:
        yield box
    except ZeroDivisionError:
        box.n = box.n * 11
    else:
        box.n = box.n * 13


def generator_context_with_else(x):
    c = CM()
    with guard(c) as b:
        x = x * b.n
        x = x / (b.n - 1.0)
        x = x * 100
    with guard(c):
        x = x * c.n
    return x * c.n


def array_written_in_a_helper(x):
    a = np.array([x, x * x])

    def w(v, i):
        v[0] *= 2
        v[i] *= x
        return v[i]

    s = 0.0
    for i in range(4):
        try:
            s += w(a, i)
        except IndexError:
            s = s * a[0]
            a = a.copy()
    return s + np.sum(a)


def conditional_expressions(x):
    try:
        y = x if x > 0 else 1 / 0
        y = y * (x if x > 1 else x / (x - x))
    except ZeroDivisionError:
        y = x * y
    return y


def structures_bound_before(x):
    out = None
    try:
        parts = (x * x, [x, x * 3])
        z = parts[1][2]
        out = z
    except IndexError:
        out = parts[0] * parts[1][1]
    return out


def float_of_text(x):
    total = 0.0
    it = [1.0, "a", 2.0]
    for k in range(3):
        try:
            total += x * float(it[k]) if k != 1 else x * float("bad")
        except ValueError:
            total += x * x
    return total


def nonlocal_before_the_failure(x):
    y = x

    def bump():
        nonlocal y
        y = y * x
        return y / (y - y)

    try:
        z = bump() + 1
    except ZeroDivisionError:
        z = y * 3
    return z * y


def continue_break_else(x):
    best = 0.0
    for k in range(5):
        try:
            if k % 2:
                continue
            v = math.log(x * (k - 2) + 1e-09) if k != 2 else 1.0
            best = best + v * x
            if k == 4:
                break
        except ValueError:
            best = best - x * x
            continue
        else:
            best = best * 1.5
        best += x
    else:
        best = 1000 * x
    return best


def generator_that_catches(x):

    def gener():
        for i in range(4):
            try:
                v = x / (i - 2)
            except ZeroDivisionError:
                continue
            yield v

    return sum((v * v for v in gener()))


def return_raise_from_finally(x):
    try:
        try:
            return 1 / (x - x)
        except ZeroDivisionError as e:
            raise ValueError("bad") from e
        finally:
            x = x * 7
    except ValueError:
        return x * x


def sum_until_index_error(x):
    l = [x * k for k in range(6)]
    s, i = (0.0, 0)
    try:
        while True:
            s += l[i] * l[i]
            i += 1
    except IndexError:
        pass
    return s * i


PROGRAMS = [
    two_steps,
    raise_and_finally,
    raise_in_a_helper,
    known_index_and_key,
    suppressed_math,
    swallowing_context,
    generator_context_that_catches,
    nested_with_finally_between,
    raise_another,
    shapes_that_do_not_fit,
    append_or_continue,
    finally_that_leaves_the_loop,
    return_through_finally,
    comprehension_keeps_names,
    consumer_of_a_generator_raises,
    while_true_until_index_error,
    lists_grow_and_shrink,
    keys_in_a_loop,
    callable_object_raises,
    domain_of_the_root,
    conversion_and_computed_index,
    writes_through_a_view,
    recursion_that_raises,
    singular_matrix,
    assertion_and_nullcontext,
    finally_before_the_outer_handler,
    else_and_finally_in_a_loop,
    while_with_else,
    one_of_two_functions,
    bare_raise,
    return_through_a_generator_context,
    mismatched_sums,
    writes_and_handlers_in_a_loop,
    while_test_that_divides,
    partial_effects_of_a_helper,
    two_loops_two_tries,
    class_from_a_table,
    generator_context_with_else,
    array_written_in_a_helper,
    conditional_expressions,
    structures_bound_before,
    float_of_text,
    nonlocal_before_the_failure,
    continue_break_else,
    generator_that_catches,
    return_raise_from_finally,
    sum_until_index_error,
]


def difference(f: Callable[[float], float], x: float) -> float:
    return (f(x + STEP) - f(x - STEP)) / (2 * STEP)


@pytest.mark.parametrize("x", [0.7, 1.3])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_reverse(f: Callable[[float], float], x: float) -> None:
    value, found = ad.value_and_grad(f)(x)
    assert value == f(x)
    assert found == pytest.approx(difference(f, x), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("x", [0.7, 1.3])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_forward(f: Callable[[float], float], x: float) -> None:
    value, found = ad.jvp(f, (x,), (1.0,))
    assert value == f(x)
    assert found == pytest.approx(difference(f, x), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("x", [0.7, 1.3])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_second(f: Callable[[float], float], x: float) -> None:
    derivative = ad.grad(f)
    assert ad.grad(derivative)(x) == pytest.approx(difference(derivative, x), rel=1e-5, abs=1e-5)


def uncaught(x: float) -> float:
    try:
        return x / (x - x)
    except KeyError:
        return x


def told_to_raise(x: float) -> float:
    with np.errstate(all="raise"):
        return np.exp(x)


def derivative_inside(x: float) -> float:
    try:
        return ad.grad(lambda y: y * y)(x)
    except ZeroDivisionError:
        return x


def text_of_an_exception(x: float) -> float:
    try:
        raise ValueError(x * x)
    except ValueError as error:
        return float(str(error)) * x


def value_of_an_exception(x: float) -> float:
    try:
        raise ValueError(x * x)
    except ValueError as error:
        return error.args[0] * x


def test_what_is_not_caught_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        ad.grad(uncaught)(0.5)
    with pytest.raises(ZeroDivisionError):
        ad.jvp(uncaught, (0.5,), (1.0,))


@pytest.mark.parametrize("f", [told_to_raise, derivative_inside, text_of_an_exception, value_of_an_exception])
def test_refused(f: Callable[[float], float]) -> None:
    with pytest.raises(UnsupportedError):
        ad.grad(f)(0.5)
    with pytest.raises(UnsupportedError):
        ad.jvp(f, (0.5,), (1.0,))


def test_side_effects_happen_once_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: float) -> float:
        try:
            print("begin")
            y = x / (x - x)
            print("never")
        except ZeroDivisionError as error:
            print(error)
            y = x * x
        finally:
            print("end")
        return y

    assert ad.grad(f)(0.5) == 1.0
    assert capsys.readouterr().out == "begin\nfloat division by zero\nend\n"
