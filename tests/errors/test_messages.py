# ruff: noqa: E501
"""The exact words of the refusals: the place, the line with its carets, the reason, and the way out.

FILE stands for the path of `refusals.py`, LINE for the line of the construct, which is asserted to be the one shown.
"""

from __future__ import annotations

import decimal
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad
from tests.errors import refusals
from transforms import errors

V = np.array([1.0, 2.0])
ANOTHER = "choose another argument with argnums"
COMPARISON = "a comparison has no derivative: return the numbers that are compared"
INTEGERS = "integers have no derivative: return floats"
PULLBACK = "return the number to differentiate; a pair (value, extra) goes with has_aux=True; or use ad.vjp"
PROGRAMS = [
    (
        "through_text",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_text: str has no derivative rule\n"
            "    return float(str(x)) * x\n"
            "                 ^^^^^^\n"
            "  text and bytes carry no derivative: use the value itself, or show ad.stop_gradient of it"
        ),
    ),
    (
        "through_json",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_json: json.dumps has no derivative rule\n"
            "    return json.loads(json.dumps(x)) * x\n"
            "                      ^^^^^^^^^^^^^\n"
            "  text and bytes carry no derivative: use the value itself, or show ad.stop_gradient of it"
        ),
    ),
    (
        "through_pickle",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_pickle: pickle.dumps has no derivative rule\n"
            "    return pickle.loads(pickle.dumps(x)) * x\n"
            "                        ^^^^^^^^^^^^^^^\n"
            "  text and bytes carry no derivative: use the value itself, or show ad.stop_gradient of it"
        ),
    ),
    (
        "pads_by_a_ramp",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in pads_by_a_ramp: np.pad in this mode has no derivative rule\n"
            '    return np.sum(np.pad(x, 1, "linear_ramp", end_values=2.0))\n'
            "                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  use the mode constant, edge, reflect, symmetric or wrap, or join the array and its border with "
            "np.concatenate"
        ),
    ),
    (
        "pads_by_a_ramp_to",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in pads_by_a_ramp_to: np.pad has no derivative rule for this keyword argument\n"
            '    return np.sum(np.pad(x, 1, "linear_ramp", end_values=x[0]))\n'
            "                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  register one with ad.defvjp(np.pad, ...), or write np.pad with functions that have rules"
        ),
    ),
    (
        "unknown_keyword",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in unknown_keyword: the derivative rule of this function does not know the argument order\n"
            '    return np.sum(np.maximum(x, 0.0, order="F"))\n'
            "                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  leave out order="
        ),
    ),
    (
        "through_decimal",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_decimal: decimal.Decimal of a value that varies is not followed\n"
            "    return float(decimal.Decimal(x)) * x\n"
            "                 ^^^^^^^^^^^^^^^^^^\n"
            "  compute with floats"
        ),
    ),
    (
        "through_exec",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_exec: exec is not followed\n"
            '    exec("y = x * x", scope)\n'
            "    ^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  write the statements themselves"
        ),
    ),
    (
        "through_eval",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_eval: eval is not followed\n"
            '    return eval("x * x")\n'
            "           ^^^^^^^^^^^^^\n"
            "  write the expression itself"
        ),
    ),
    (
        "through_deleted_global",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_deleted_global: del of STATE, which is not a local name, is not followed\n"
            "    del STATE\n"
            "        ^^^^^"
        ),
    ),
    (
        "through_outer_list",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_outer_list: a list or dict that was put into an object from outside is changed "
            "afterwards, or put there twice: this is not followed\n"
            "    items.append(x)\n"
            "    ^^^^^^^^^^^^^^^\n"
            "  put it there once, when it is complete"
        ),
    ),
    (
        "through_outer_deque",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_outer_deque: a deque from outside is written, which is not followed\n"
            "    LATEST.append(x)\n"
            "    ^^^^^^^^^^^^^^^^\n"
            "  pass it as an argument, or make it inside the function"
        ),
    ),
    (
        "through_outer_class",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_outer_class: writing the attribute value of the class Box is not followed\n"
            "    Box.value = x\n"
            "    ^^^^^^^^^^^^^\n"
            "  give the class this attribute where it is defined, or keep the value in an instance"
        ),
    ),
    (
        "through_vectorize",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in through_vectorize: np.vectorize with a signature is not followed\n"
            '    return np.sum(np.vectorize(np.sum, signature="(n)->()")(x))\n'
            "                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  write a loop over the rows"
        ),
    ),
    (
        "through_frompyfunc",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in through_frompyfunc: np.frompyfunc is not followed\n"
            "    return np.sum(np.frompyfunc(lambda v: v * v, 1, 1)(x))\n"
            "                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  use np.vectorize, which gives arrays of numbers"
        ),
    ),
    (
        "through_memoryview",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in through_memoryview: a memoryview of an array that is no vector of numbers is not followed\n"
            "    memoryview(np.outer(x, x))[1, 1] = 3.0\n"
            "    ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  use the array"
        ),
    ),
    (
        "through_bytes",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in through_bytes: tobytes has no derivative rule\n"
            "    return np.sum(np.frombuffer(x.tobytes()) * x)\n"
            "                                ^^^^^^^^^^^\n"
            "  text and bytes carry no derivative: use the value itself, or show ad.stop_gradient of it"
        ),
    ),
    (
        "through_objects",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_objects: an array of Python objects is not followed\n"
            "    box = np.empty(1, dtype=object)\n"
            "          ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  make it an array of floats"
        ),
    ),
    (
        "through_computed_key",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_computed_key: a dict is used with a computed key, which is not followed\n"
            "    table = {x: x * x}\n"
            "            ^^^^^^^^^^\n"
            "  use a list or an array for computed positions"
        ),
    ),
    (
        "through_id",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_id: id has no derivative rule\n"
            "    return x * id(x)\n"
            "               ^^^^^\n"
            "  register one with ad.defvjp(id, ...), or write id with functions that have rules"
        ),
    ),
    (
        "through_locals",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in through_locals: locals is not followed\n"
            '    return locals()["y"]\n'
            "           ^^^^^^^^\n"
            "  name the variables"
        ),
    ),
    (
        "awaits",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in awaits: async functions are not supported\n"
            "    return coroutine(x)\n"
            "           ^^^^^^^^^^^^\n"
            "  write it with def, and compute what it awaits before"
        ),
    ),
    (
        "makes_a_class",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in makes_a_class: a metaclass or other class keyword is not followed\n"
            "    class Local(metaclass=Meta):\n"
            "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
        ),
    ),
    (
        "no_rule",
        V,
        "KindError",
        (
            "FILE:LINE, in no_rule: no_rule returns what is not known to be a number, so it has no gradient\n"
            "    def no_rule(x):\n"
            "  return the number to differentiate; a pair (value, extra) goes with has_aux=True; or use ad.vjp"
        ),
    ),
    (
        "grows_while_read",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in grows_while_read: the list that is iterated over changes its length meanwhile: this is not followed\n"
            "    if len(items) > 4:\n"
            "    ^^^^^^^^^^^^^^^^^^\n"
            "  iterate over a copy of it"
        ),
    ),
    (
        "used_twice",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in used_twice: a comprehension iterator is used twice, or in a loop that it was made outside of\n"
            "    return sum(squares) + sum(squares)\n"
            "                          ^^^^^^^^^^^^\n"
            "  make a list of it"
        ),
    ),
    (
        "vector",
        V,
        "KindError",
        (
            "FILE:LINE, in vector: vector returns an array with 1 axis, so it has no gradient\n"
            "    def vector(x):\n"
            "  return one number, its sum say, or use ad.jacrev for its Jacobian, or ad.vjp with a cotangent"
        ),
    ),
    (
        "whole_numbers",
        V,
        "KindError",
        (
            "FILE:LINE, in whole_numbers: whole_numbers returns an array of integers, so it has no gradient\n"
            "    def whole_numbers(x):\n"
            "  integers have no derivative: return floats"
        ),
    ),
    (
        "nothing",
        2.0,
        "KindError",
        (
            "FILE:LINE, in nothing: nothing returns None, so it has no gradient\n"
            "    def nothing(x):\n"
            "  end it with a return of the number to differentiate"
        ),
    ),
    (
        "complex_output",
        2.0,
        "KindError",
        (
            "FILE:LINE, in complex_output: complex_output returns a complex number, so it has no gradient\n"
            "    def complex_output(x):\n"
            "  return its real part or modulus"
        ),
    ),
    (
        "text_output",
        2.0,
        "KindError",
        (
            "FILE:LINE, in text_output: text_output returns a str, so it has no gradient\n"
            "    def text_output(x):\n"
            "  return the number to differentiate; a pair (value, extra) goes with has_aux=True; or use ad.vjp"
        ),
    ),
    (
        "reads_base",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in reads_base: the attribute base of an array is not supported\n"
            "    return x.base[0]\n"
            "           ^^^^^^"
        ),
    ),
    (
        "splits_and_writes",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in splits_and_writes: np.split makes a list of views of an array that is written in place\n"
            "    a, b = np.split(x, 2)\n"
            "           ^^^^^^^^^^^^^^\n"
            "  write each view as a slice, or copy the array first"
        ),
    ),
    (
        "writes_shape",
        V,
        "UnsupportedError",
        (
            "FILE:LINE, in writes_shape: writing the shape of an array is not supported\n"
            "    y.shape = (2, 1)\n"
            "    ^^^^^^^^^^^^^^^^\n"
            "  use reshape"
        ),
    ),
    (
        "undefined",
        2.0,
        "UnsupportedError",
        (
            "FILE:LINE, in undefined: the name missing is not bound here\n"
            "    return x * missing  # noqa: F821\n"
            "               ^^^^^^^"
        ),
    ),
]
CALLS: list[tuple[str, Callable[[Any], Any], str, str]] = [
    (
        "times",
        lambda f: ad.grad(f)(np.array([1, 2]), 1.0),
        "KindError",
        (
            "FILE:LINE, in times: the argument x is an array of int64, which has no derivative\n"
            "    def times(x, y):\n"
            "  convert it with x.astype(float)"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f, 2)(1.0, 2.0),
        "ArgumentError",
        (
            "FILE:LINE, in times: argnums has 2, but the function is called with 2 positional arguments\n"
            "    def times(x, y):\n"
            "  count from 0, and pass the arguments to differentiate by position"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f, "x")(1.0, 2.0),
        "ArgumentError",
        (
            "FILE:LINE, in times: argnums is 'x', and no position\n    def times(x, y):\n  write a position, or a tuple of positions; the arguments go to the derivative: ad.grad(f, argnums)(x, y)"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f)(None, 1.0),
        "KindError",
        (
            "FILE:LINE, in times: the argument x is None, which has no derivative\n"
            "    def times(x, y):\n"
            "  choose another argument with argnums"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f)("a", 1.0),
        "KindError",
        (
            "FILE:LINE, in times: the argument x is a str, which has no derivative\n"
            "    def times(x, y):\n"
            "  choose another argument with argnums"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f)(1.0),
        "ArgumentError",
        (
            "FILE:LINE, in times: times does not take these arguments: missing a required argument: 'y'\n"
            "    def times(x, y):\n"
            "  call the derivative as the function is called"
        ),
    ),
    (
        "times",
        lambda f: ad.vjp(f, 1.0, 2.0, 3.0),
        "ArgumentError",
        (
            "FILE:LINE, in times: times does not take these arguments: too many positional arguments\n"
            "    def times(x, y):\n"
            "  call the derivative as the function is called"
        ),
    ),
    (
        "times",
        lambda f: ad.jacfwd(f)(1.0, 2.0, z=3.0),
        "ArgumentError",
        (
            "FILE:LINE, in times: times does not take these arguments: got an unexpected keyword argument 'z'\n"
            "    def times(x, y):\n"
            "  call the derivative as the function is called"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f, has_aux=True)(1.0, 2.0),
        "KindError",
        (
            "FILE:LINE, in times: has_aux=True needs a function that returns a pair (value, extra)\n    def times(x, y):\n  return such a pair, or leave has_aux out"
        ),
    ),
    (
        "vector",
        lambda f: ad.vjp(f, V)[1](np.ones(3)),
        "ArgumentError",
        ("the cotangent has the shape (3,), the function's value (2,)"),
    ),
    (
        "vector",
        lambda f: ad.jvp(f, (V,), (np.ones(3),)),
        "ArgumentError",
        ("tangents[0] has the shape (3,), its primal (2,)"),
    ),
    (
        "times",
        lambda f: ad.jvp(f, (1.0, 2.0), (1.0,)),
        "ArgumentError",
        (
            "FILE:LINE, in times: 2 primals are given, but 1 tangents\n    def times(x, y):\n  give a tangent for each primal, None for one that does not move"
        ),
    ),
    (
        "first",
        lambda f: ad.jvp(f, ([1.0, 2.0],), ([1.0],)),
        "ArgumentError",
        ("tangents[0] does not have the structure of its primal: a list of length 2"),
    ),
    (
        "first",
        lambda f: ad.jvp(f, ({0: 1.0},), ({1: 1.0},)),
        "ArgumentError",
        ("tangents[0] does not have the keys of its primal: 0"),
    ),
    (
        "extends_by_tolist",
        lambda f: ad.grad(f)([1.0, 2.0] * 10, V),
        "UnsupportedError",
        (
            "FILE:LINE, in extends_by_tolist: what is put into this list may be of another type than its items: this is "
            "not followed\n"
            "    x += a[:0].tolist()\n"
            "    ^^^^^^^^^^^^^^^^^^^\n"
            "  append the items in a loop, one by one"
        ),
    ),
    (
        "extends_by_tolist",
        lambda f: ad.grad(f)([1.0, 2.0], V),
        "UnsupportedError",
        (
            "FILE:LINE, in extends_by_tolist: a value changes its type, or a list of known length is extended, from trip "
            "to trip of a loop (as `+=` and extend are one): this is not followed\n"
            "    x += a[:0].tolist()\n"
            "    ^^^^^^^^^^^^^^^^^^^"
        ),
    ),
    (
        "times",
        lambda f: ad.grad(f)([1, 2], 1.0),
        "KindError",
        (
            "FILE:LINE, in times: the argument x is a list of ints, which have no derivative\n"
            "    def times(x, y):\n"
            "  write them as floats"
        ),
    ),
    (
        "pair",
        lambda f: ad.grad(f)(1.0),
        "KindError",
        (
            "FILE:LINE, in pair: pair returns a tuple, so it has no gradient\n"
            "    def pair(x):\n"
            "  return the number to differentiate; a pair (value, extra) goes with has_aux=True; or use ad.vjp"
        ),
    ),
    (
        "pair",
        lambda f: ad.jacrev(f)(V),
        "KindError",
        (
            "jacrev needs a function that returns a number or array, not a container\n"
            "  use ad.vjp or ad.jvp, which take containers, or put the numbers into one array"
        ),
    ),
    (
        "pair",
        lambda f: ad.jacfwd(f)(V),
        "KindError",
        (
            "jacfwd needs a function that returns a number or array, not a container\n"
            "  use ad.vjp or ad.jvp, which take containers, or put the numbers into one array"
        ),
    ),
    (
        "first",
        lambda f: ad.hessian(f)([1.0, 2.0]),
        "KindError",
        (
            "jacfwd needs a number or array as its argument\n"
            "  use ad.vjp or ad.jvp, which take containers, or put the numbers into one array"
        ),
    ),
    (
        "times",
        lambda f: ad.jacrev(f, (0, 1))(1.0, 2.0),
        "ArgumentError",
        ("argnums of a Jacobian is the position of one argument\n  write one whole number"),
    ),
    (
        "times",
        lambda f: ad.jacfwd(f, 2)(1.0, 2.0),
        "ArgumentError",
        (
            "argnums is beyond the positional arguments\n"
            "  count from 0, and pass the argument to differentiate by position"
        ),
    ),
    (
        "vector",
        lambda f: ad.jvp(f, V, V),
        "ArgumentError",
        ("primals and tangents are tuples with an entry for each argument\n  write ad.jvp(f, (x,), (v,))"),
    ),
    (
        "vector",
        lambda f: ad.vjp(f, V)[1]((V,)),
        "ArgumentError",
        ("the cotangent has the shape (1, 2), the function's value (2,)"),
    ),
    (
        "pair",
        lambda f: ad.vjp(f, 1.0)[1](1.0),
        "ArgumentError",
        ("the cotangent does not have the structure of the function's value: a tuple of length 2"),
    ),
    (
        "times",
        lambda f: ad.check_grads(f, [1.0, 2.0]),
        "ArgumentError",
        ("the arguments of check_grads are a tuple\n  write ad.check_grads(f, (x,))"),
    ),
    (
        "times",
        lambda f: ad.check_grads(f, (1.0, 2.0), modes=("forward",)),
        "ArgumentError",
        ('modes is (\'forward\',)\n  write ("fwd",), ("rev",) or ("fwd", "rev")'),
    ),
]


SQUARE = np.ones((2, 2))
LIST = [1.0, 2.0]
RUN_TIME = [
    (
        "shares",
        (V, V),
        (
            "FILE:LINE, in shares: two arrays given to this function share memory, and one is written in place\n"
            "    x[0] = y[1]\n"
            "    ^^^^^^^^^^^\n"
            "  pass copies of them"
        ),
    ),
    (
        "helped",
        (V, V),
        (
            "FILE:LINE, in shares: two arrays given to this function share memory, and one is written in place\n"
            "    x[0] = y[1]\n"
            "    ^^^^^^^^^^^\n"
            "  pass copies of them"
        ),
    ),
    (
        "given_twice",
        (LIST, LIST),
        (
            "FILE:LINE, in given_twice: a list, dict or object is given to this function twice, and one is written\n"
            "    a.append(b[0] * scale)\n"
            "    ^^^^^^^^^^^^^^^^^^^^^^\n"
            "  pass copies of it"
        ),
    ),
    (
        "grows_when_run",
        ([1.0] * 20, True),
        (
            "FILE:LINE, in grows_when_run: the list that is iterated over changes its length meanwhile\n"
            "    for v in a:\n"
            "    ^^^^^^^^^^^\n"
            "  iterate over a copy of it"
        ),
    ),
    (
        "binds_in_a_loop",
        (1.5, 0),
        (
            "FILE:LINE, in binds_in_a_loop: this loop runs over no items here, and what is used after it is bound in it\n"
            "    for i in range(n):\n"
            "    ^^^^^^^^^^^^^^^^^^\n"
            "  bind it before the loop, to a value of the same kind"
        ),
    ),
    (
        "ints_or_floats",
        (1.5, 2.0),
        (
            "FILE:LINE, in ints_or_floats: a value that is of ints on one way and of floats on another makes an array, "
            "or is written into\n"
            "    both = np.array([z, z])\n"
            "           ^^^^^^^^^^^^^^^^\n"
            "  write 0.0 for 0, .astype(float) of an array"
        ),
    ),
    (
        "reshapes_and_writes",
        (np.ones((4, 2))[::2],),
        (
            "FILE:LINE, in reshapes_and_writes: a reshape copies here, so that writes through it cannot be followed\n"
            "    flat = x.reshape(-1)\n"
            "           ^^^^^^^^^^^^^\n"
            "  reshape a contiguous array: np.ascontiguousarray(x).reshape(...)"
        ),
    ),
    (
        "beyond_its_entries",
        (np.ones(4),),
        (
            "FILE:LINE, in beyond_its_entries: a strided view of what is not contiguous, or beyond its entries, is not "
            "followed\n"
            "    return np.sum(np.lib.stride_tricks.as_strided(x, (3,), (16,)) ** 2)\n"
            "                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  view a contiguous array: np.ascontiguousarray(x)"
        ),
    ),
    (
        "writes_an_entry_twice",
        (np.ones(4),),
        (
            "FILE:LINE, in writes_an_entry_twice: an entry is written twice at once through a strided view: which value "
            "it gets is not said\n"
            "    pairs[...] = pairs * 2.0\n"
            "    ^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  write through a view whose entries do not overlap"
        ),
    ),
    (
        "unpickles",
        (1.5, pickle.dumps("text")),
        (
            "FILE:LINE, in unpickles: a real number or array is needed in a derivative here, not str\n"
            "    return x * pickle.loads(data)\n"
            "           ^^^^^^^^^^^^^^^^^^^^^^\n"
            "  convert it"
        ),
    ),
    (
        "unpickles",
        (1.5, pickle.dumps(np.array([1j]))),
        (
            "FILE:LINE, in unpickles: a real number or array is needed in a derivative here, not complex numbers\n"
            "    return x * pickle.loads(data)\n"
            "           ^^^^^^^^^^^^^^^^^^^^^^\n"
            "  take the real part"
        ),
    ),
]


def said(error: BaseException) -> str:
    """The message, with the path and line left out after it is checked that the line is the one shown."""
    text = str(error)
    lines = open(refusals.__file__).read().splitlines()
    for number, shown in re.findall(re.escape(refusals.__file__) + r":(\d+), .*\n *(.*)", text):
        assert lines[int(number) - 1].strip() == shown.strip()
    return re.sub(r"FILE:\d+", "FILE:LINE", text.replace(refusals.__file__, "FILE"))


@pytest.mark.parametrize(("name", "at", "kind", "text"), PROGRAMS, ids=[p[0] for p in PROGRAMS])
def test_program_is_refused_in_these_words(name, at, kind, text):
    with pytest.raises(getattr(errors, kind)) as caught:
        ad.grad(getattr(refusals, name))(np.copy(at) if isinstance(at, np.ndarray) else at)
    assert said(caught.value) == text


@pytest.mark.parametrize(("name", "call", "kind", "text"), CALLS)
def test_call_is_refused_in_these_words(name, call, kind, text):
    with pytest.raises(getattr(errors, kind)) as caught:
        call(getattr(refusals, name))
    assert said(caught.value) == text


def test_refusal_inside_a_library_names_the_function_it_was_reached_from():
    with pytest.raises(errors.DerivativeError) as caught:
        ad.grad(refusals.through_thread)(2.0)
    assert refusals.__file__ in " ".join([str(caught.value), *getattr(caught.value, "__notes__", ())])


@pytest.mark.parametrize(("name", "args", "text"), RUN_TIME)
def test_program_is_refused_in_these_words_when_it_runs(name, args, text):
    for _ in range(2):  # when the text is new, and when it is known
        with pytest.raises(errors.RefusedAtRunTime) as caught:
            ad.grad(getattr(refusals, name))(*args)
        assert said(caught.value) == text


def test_what_is_refused_when_it_runs_depends_on_the_arguments():
    df = ad.grad(refusals.shares)
    df(np.copy(V), np.copy(V))
    with pytest.raises(errors.RefusedAtRunTime, match="share memory"):
        df(V, V)
    df(np.copy(V), np.copy(V))


@pytest.mark.parametrize(
    "call",
    [
        lambda f: ad.value_and_grad(f)(V, V),
        lambda f: ad.vjp(f, V, V),
        lambda f: ad.jvp(f, (V, V), (V, V)),
        lambda f: ad.jacrev(f)(V, V),
        lambda f: ad.jacfwd(f)(V, V),
        lambda f: ad.grad(lambda x, y: ad.grad(f)(x, y)[0])(V, V),
    ],
)
def test_every_way_to_a_derivative_is_refused_in_these_words(call):
    with pytest.raises(errors.RefusedAtRunTime) as caught:
        call(refusals.shares)
    assert said(caught.value) == RUN_TIME[0][2]


ARGUMENTS = [
    (True, "a bool, which has no derivative", f"write 1.0 for True and 0.0 for False, or {ANOTHER}"),
    (decimal.Decimal(1), "a Decimal, which has no derivative", "convert it with float(x)"),
    (np.array([1.0]).view(refusals.Vector), "a Vector, which has no derivative", "convert it with np.asarray(x)"),
    (np.ma.array([1.0]), "a MaskedArray, which has no derivative", "write x.filled(0.0)"),
    ({1.0}, "a set, which has no derivative", "write a list or a tuple"),
    (max, "a builtin_function_or_method, which has no derivative", ANOTHER),
    (
        refusals.Box(),
        "a Box, which has no derivative",
        f"make Box a dataclass, whose attributes are differentiated, or {ANOTHER}",
    ),
    ((), "a tuple without a float in it: there is nothing to differentiate", ANOTHER),
    ({"a": "b"}, "a dict without a float in it: there is nothing to differentiate", ANOTHER),
]


@pytest.mark.parametrize(("value", "what", "remedy"), ARGUMENTS, ids=lambda case: type(case).__name__)
def test_argument_without_a_derivative_is_refused_in_these_words(value, what, remedy):
    with pytest.raises(errors.KindError) as caught:
        ad.grad(refusals.times)(value, 2.0)
    assert said(caught.value) == (f"FILE:LINE, in times: the argument x is {what}\n    def times(x, y):\n  {remedy}")


@pytest.mark.parametrize("argnums", ["x", [0, 1], 1.0, V, (0, None)])
def test_what_is_no_position_is_refused(argnums):
    with pytest.raises(errors.ArgumentError) as caught:
        ad.grad(refusals.times, argnums)(1.0, 2.0)
    assert said(caught.value) == (
        f"FILE:LINE, in times: argnums is {argnums!r}, and no position\n"
        "    def times(x, y):\n"
        "  write a position, or a tuple of positions; the arguments go to the derivative: ad.grad(f, argnums)(x, y)"
    )


def test_lambda_is_called_so_where_it_is_refused():
    with pytest.raises(errors.KindError, match=r"in <lambda>: <lambda> returns None, so it has no gradient"):
        ad.grad(lambda x: print(x))(2.0)


@pytest.mark.parametrize(("cotangent", "what"), [(None, "None"), ("a", "a str"), ({}, "a dict")])
def test_cotangent_that_is_no_number_is_refused(cotangent, what):
    _, pullback = ad.vjp(refusals.vector, V)
    with pytest.raises(errors.ArgumentError) as caught:
        pullback(cotangent)
    assert str(caught.value) == f"the cotangent is {what}, the function's value a number or an array"


OUTPUTS = [
    ("yields", "a generator", "return a number: sum what it yields, in a function that iterates over it"),
    ("nothing", "None", "end it with a return of the number to differentiate"),
    ("text_output", "a str", PULLBACK),
    ("whole_numbers", "an array of integers", INTEGERS),
    ("no_axis", "an array of integers", INTEGERS),
    ("position", "an integer of NumPy", INTEGERS),
    ("count", "an integer of NumPy", INTEGERS),
    ("comparisons", "an array of bools", COMPARISON),
    ("flag", "a bool", COMPARISON),
    ("always", "a bool", COMPARISON),
]


@pytest.mark.parametrize(("name", "returned", "remedy"), OUTPUTS)
def test_output_without_a_derivative_is_refused_in_every_mode(name, returned, remedy):
    f = getattr(refusals, name)
    place = f"FILE:LINE, in {name}: "
    line = f"\n    def {name}(x):\n  {remedy}"
    derivatives = {
        f"{name} returns {returned}, so it has no gradient": [ad.grad(f), ad.value_and_grad(f)],
        f"a gradient is taken of a function that returns {returned}": [lambda x: ad.hvp(f)(x, x), ad.hessian(f)],
        f"{name} returns {returned}, which has no derivative": [
            lambda x: ad.vjp(f, x),
            lambda x: ad.jvp(f, (x,), (x,)),
            ad.jacrev(f),
            ad.jacfwd(f),
            ad.jacobian(f),
        ],
    }
    for reason, calls in derivatives.items():
        for call in calls:
            with pytest.raises(errors.KindError) as caught:
                call(np.copy(V))
            assert said(caught.value) == place + reason + line


@pytest.mark.parametrize(
    "inner",
    [
        lambda x: ad.vjp(refusals.nothing, x)[1](x)[0],
        lambda x: ad.jvp(refusals.nothing, (x,), (x,))[1],
        lambda x: ad.jacrev(refusals.nothing)(x),
        lambda x: ad.jacfwd(refusals.nothing)(x),
        lambda x: ad.jacobian(refusals.nothing)(x),
    ],
)
def test_output_without_a_derivative_is_refused_inside_a_function(inner):
    with pytest.raises(errors.KindError, match="a derivative is taken of a function that returns None"):
        ad.grad(lambda x: np.sum(x * inner(x)))(V)


def test_a_python_int_counts_as_a_float():
    assert ad.grad(lambda x: 0)(2.0) == 0.0
    assert ad.jacrev(lambda x: 3)(2.0) == ad.jacfwd(lambda x: 3)(2.0) == ad.jacobian(lambda x: 3)(2.0) == 0.0
    assert ad.vjp(lambda x: 3, 2.0)[1](1.0) == (0.0,)
    assert ad.jvp(lambda x: 3, (2.0,), (1.0,)) == (3, 0.0)


def test_integers_in_a_container_take_no_cotangent():
    y, pullback = ad.vjp(refusals.with_positions, V)
    np.testing.assert_array_equal(pullback((np.ones(2), None, None))[0], [2.0, 2.0])
    assert y[2] is None


@pytest.mark.parametrize(
    "call",
    [
        lambda f: ad.grad(f)(V),
        lambda f: ad.vjp(f, V),
        lambda f: ad.jvp(f, (V,), (V,)),
        lambda f: ad.jacrev(f)(V),
        lambda f: ad.jacfwd(f)(V),
        lambda f: ad.hvp(f)(V, V),
        lambda f: ad.hessian(f)(V),
    ],
)
def test_users_own_exception_names_the_users_line(call):
    with pytest.raises(ValueError, match="could not be broadcast") as caught:
        call(refusals.bad_shapes)
    (note,) = caught.value.__notes__
    assert refusals.__file__ in note and "np.ones(5)" in note


def test_function_without_source():
    made: dict[str, Any] = {}
    exec("def made(x): return x * x", made)
    with pytest.raises(
        errors.SourceError, match="Python has not kept the source of this function\n  write the text to a file"
    ):
        ad.grad(made["made"])(2.0)


def test_what_is_no_function():
    with pytest.raises(TypeError, match=r"needed here, not float: write ad.grad\(f\)\(x\), not ad.grad\(f\(x\)\)"):
        ad.grad(3.0)


def test_text_before_the_first_call():
    with pytest.raises(ValueError, match="call it once"):
        _ = ad.grad(refusals.times).source
    with pytest.raises(ValueError, match="call it once"):
        ad.grad(refusals.times).export("times.py")
