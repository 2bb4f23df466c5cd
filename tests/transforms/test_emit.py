import glob
import math
import os
import sys
import warnings
from pathlib import Path

import gast
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms import emit
from transforms.emit import unparse, unparse_with_map

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OWN = sorted(str(path) for room in ("ad", "tensor", "transforms") for path in Path(ROOT, room).rglob("*.py"))
LIBRARY = sorted(glob.glob(os.path.dirname(os.__file__) + "/*.py"))[::3]


def scipy_files():
    scipy = pytest.importorskip("scipy")
    return sorted(glob.glob(os.path.dirname(scipy.__file__) + "/optimize/*.py"))


def assert_comes_back(tree):
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        text = unparse(tree)
    assert gast.dump(gast.parse(text)) == gast.dump(tree)
    assert not [line for line in text.split("\n") if line != line.rstrip()]
    return text


def read(path):
    with open(path, "rb") as file:
        return gast.parse(file.read())


@pytest.mark.parametrize("path", OWN, ids=lambda path: os.path.relpath(path, ROOT))
def test_own_files_come_back(path):
    assert_comes_back(read(path))


@pytest.mark.parametrize("path", LIBRARY, ids=os.path.basename)
def test_files_of_the_standard_library_come_back(path):
    assert_comes_back(read(path))


@pytest.mark.parametrize("width", [120, 40])
def test_files_of_scipy_come_back(monkeypatch, width):
    monkeypatch.setattr(emit, "WIDTH", width)
    for path in scipy_files():
        assert_comes_back(read(path))


# What is printed as it stands.
AS_WRITTEN = [
    "y = a * (b + c) - d / (e * f)",
    "y = (x @ W).T[0] * 2",
    "y = x[i, :, None]",
    "z = x[1:2, ..., None, ::3] @ w.T",
    "y = -x**2 * (w + 1) / (2 * (x - w))",
    "return y, (z,)",
    "return -x",
    "return",
    "x = y[::-1]",
    "x = y[-1], y[a.b :], y[i + 1 : n], y[: f(x) : 2], y[i:j:k], y[:, None], y[(1, 2), 3], y[()]",
    "a, b = b, a",
    "(a, b), c = d",
    "a = b = c",
    "*a, b = *c, d",
    "x += 1, 2",
    "x: int = 3",
    "(x): int",
    "for i, (a, b) in enumerate(zip(p, q)):\n    pass",
    "for x in (1, 2):\n    pass\nelse:\n    pass",
    "while (n := n - 1) > 0 and not done:\n    break",
    "if n := f():\n    continue",
    "x = a if b else c if d else e",
    "x = (a if b else c) if d else lambda: e",
    "x = (a if b else c) + 1",
    "x = not a and (b or c)",
    "x = not (a and b)",
    "x = (not a) == b",
    "x = a < b <= c != d",
    "x = (a < b) < c",
    "x = a - (b - c)",
    "x = a - b - c",
    "x = a / b / (c / d)",
    "x = (a**b) ** c",
    "x = a ** b**c",
    "x = (-a) ** 2",
    "x = a**-b",
    "x = --a",
    "x = a.b**c.d",
    "x = a[0] ** 2",
    "x = f(a) ** 2",
    "x = ~a | b & c ^ d << 2",
    "f(*a, b, *c, k=1, **d)",
    "f(x for x in y if x if z)",
    "f((x for x in y), 1)",
    "x = [a for b in c for a in b if (d, e)]",
    "x = {a: b for a, b in c}",
    'x = {"a": 1, **b, **(c or d)}',
    "x = {*a, 1}",
    "x = yield",
    "x = yield a, b",
    "yield x",
    "x = (yield x) + 1",
    "x = await y ** 2",
    "x = (await y).z",
    "x = lambda: 0",
    "x = lambda a, *b, c=1, **d: (a, b)",
    "x = (1).real + 1.0.real",
    "x = 1e-08 + 1e309 + 1j + 0.1",
    'x = "it\'s" + \'say "so"\' + "plain" + b"bytes"',
    'x = f"{y!r:>{width}}" + f"{y}"',
    "x = ...",
    "assert x, y",
    "del a, b[0]",
    "raise A from b",
    "global a, b",
    "with a as b, c:\n    pass",
    "with (a, b) as c:\n    pass",
    "with ((a, b)):\n    pass",
    "def f(a, b=1, /, c: int = 2, *args: T, d, e=3, **kwargs) -> float:\n    pass",
    "def f(*, a):\n    nonlocal b",
    'def f():\n    """One line."""\n    return 1',
    'def f():\n    """One line.\n\n    Another.\n    """',
    "class A:\n    pass",
    "class A(B, *c, k=d):\n    x = 1\n\n    def f(self):\n        pass\n\n    y = 2",
    "@a.b\n@c(d)\ndef f():\n    pass",
    "async def f():\n    async with a as b:\n        async for c in d:\n            await e",
    "try:\n    a\nexcept (B, C) as e:\n    d\nexcept:\n    f\nelse:\n    g\nfinally:\n    h",
    "try:\n    a\nexcept* B as e:\n    try:\n        c\n    except D:\n        pass",
    "match (a, b):\n    case [x, *y] if x:\n        pass\n"
    "    case {'k': A(1 | 2, z=None)} as w:\n        return\n    case _:\n        pass",
    "from . import a as b, c\nimport d.e\n\nx = 1",
]


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_printed_as_written(text):
    tree = gast.parse(text)
    assert unparse(tree) == text + "\n"
    assert_comes_back(tree)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of 3.12")
def test_type_parameters():
    text = "type A[T: int, *B, **C] = list[T]\n\n\ndef f[T](x: T):\n    pass"
    assert unparse(gast.parse(text)) == text + "\n"


# What the printer has to take care of, whatever the result looks like.
AWKWARD = (
    r"""
f"a\\nb{x}"
f"\x00{x}\\"
f'{x["a"]}{y}"'
f"{x[1:2, 0]}"
f"{{{x}}}"
f"{x=}"
f"{ {1: 2}[1] }"
f"'{x}'"
x = "\x00\n\\"
x = 'both \' and "'
x = ''
x = u"u"
b"\"'"
x = (yield a), b
x[(yield)]
f((yield))
print((yield), (a := 1))
x = (a := 1)
(a := 1)
x[(a := 1)]
[y := 1]
x[*a]
x[*a, b]
x[a,]
x[(a := 1):]
def f(*args: *Ts): pass
return_ = *a,
for x in *a, b: pass
for (x) in (yield): pass
for x.y in z: pass
for x, in z: pass
async def f(): return [x async for x in y]
with (yield x): pass
with (a := b): pass
with (a, b) as (c, d): pass
with (a if b else c): pass
class A((yield)): pass
lambda: (yield)
lambda *, a: 0
lambda a, /: 0
lambda x=(lambda: 1): x
(lambda: 0)()
(lambda: 0).x
(yield).x
(await x)(y)
(a, b)[0]
[a, b][0]
(a if b else c)[0]
(-a).b
(-1).b
-1 .b
1.0.b
1j.b
True.b
(a + b)()
not not a
- -a
+-~a
-(a**b)
(-a)**b
a**-b**c
(a**b)**c
2**-1
(await a)**b
-(await a)
a and b and c
(a and b) and c
a and (b and c)
a or b and c
(a or b) and c
not (a or b)
(not a) in b
a in (b in c)
f(*a or b)
f(**a or b)
[*(a if b else c)]
{**(a if b else c)}
f(*(yield))
[a for b in (c if d else e)]
[a for b in c if (d if e else f)]
[(a if b else c) for d in e]
[a for b in (lambda: c)]
{(a if b else c): (lambda: d)}
x = a, (b, c), ()
del (a, b), c
del (a)
raise (a, b)
assert (a, b), (c, d)
x: (yield) = 1
x: int = *a, b
x.y: int = 1
x[0]: int
a = b = yield c
a < b == c is not d not in e is f
a @ b @ c
a // b % c
a << b >> c
a | b ^ c & d
(a | b) & c
1000000000000000000000000 + 0x10 + 1_000
1e22 + 1e16 + 123456789.123456789 + 5e-324 + 1e400j
""".strip().split("\n")
    + [
        'def f():\n    "tail\\""',
        'def f():\n    """a\n  trailing \n"""',
        'def f():\n    "back\\\\slash"',
        'def f():\n    ""',
        "@(yield)\ndef f(): pass",
        "@(a := b)\ndef f(): pass",
        "@a if b else c\ndef f(): pass",
        "if a:\n    pass\nelse:\n    if b:\n        pass\n    else:\n        pass",
        "if a:\n    pass\nelse:\n    if b: pass\n    c",
        "try:\n    pass\nfinally:\n    pass",
        "try:\n    pass\nexcept A: pass\nelse: pass",
        "match x:\n    case -1 | 1.5 | 1+2j | 'a' 'b': pass\n    case (a | b) as c: pass\n"
        "    case {**rest}: pass\n    case a.b: pass\n    case A(): pass",
        "match (yield):\n    case (): pass",
        "match x,:\n    case y,: pass",
        "match x:\n    case x if (y := 1): pass",
    ]
)


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [120, 8])
def test_awkward_snippets_come_back(monkeypatch, text, width):
    monkeypatch.setattr(emit, "WIDTH", width)
    assert_comes_back(gast.parse(text))


NAMES = st.sampled_from("abx").map(lambda name: gast.Name(name, gast.Load(), None, None))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.none())
CONSTANTS = st.one_of(NUMBERS, st.text(), st.binary(), st.just(...)).map(lambda value: gast.Constant(value, None))
BINARY = [gast.Add, gast.Sub, gast.Mult, gast.Div, gast.Pow, gast.MatMult, gast.BitOr, gast.LShift, gast.FloorDiv]


def composed(inner):
    load = gast.Load()
    some = st.lists(inner, min_size=1, max_size=3)
    indices = st.one_of(inner, st.builds(gast.Slice, st.none() | inner, st.none() | inner, st.none() | inner))
    empty = gast.arguments([], [], None, [], [], None, [])
    return st.one_of(
        st.builds(lambda op, a, b: gast.BinOp(a, op(), b), st.sampled_from(BINARY), inner, inner),
        st.builds(lambda op, a: gast.UnaryOp(op(), a), st.sampled_from([gast.USub, gast.Not, gast.Invert]), inner),
        st.builds(lambda op, a, b: gast.BoolOp(op(), [a, *b]), st.sampled_from([gast.And, gast.Or]), inner, some),
        st.builds(lambda op, a, b: gast.Compare(a, [op()], [b]), st.sampled_from([gast.Lt, gast.NotIn]), inner, inner),
        st.builds(gast.IfExp, inner, inner, inner),
        st.builds(lambda a: gast.Lambda(empty, a), inner),
        st.builds(lambda a: gast.Attribute(a, "t", load), inner),
        st.builds(lambda a, b: gast.Call(a, b, []), inner, some),
        st.builds(lambda a, b: gast.Subscript(a, b, load), inner, indices),
        st.builds(lambda a, b: gast.Subscript(a, gast.Tuple(b, load), load), inner, st.lists(indices, min_size=1)),
        st.builds(lambda a: gast.Tuple(a, load), some),
        st.builds(lambda a: gast.List(a, load), some),
        st.builds(lambda a, b: gast.Dict([*a, None], [*a, b]), some, inner),
        st.builds(lambda a: gast.NamedExpr(gast.Name("n", gast.Store(), None, None), a), inner),
    )


class Folded(gast.NodeTransformer):
    """Negative numbers as parsing makes them."""

    def visit_Constant(self, node):
        if isinstance(node.value, int | float | complex) and repr(node.value).startswith("-"):
            return gast.UnaryOp(gast.USub(), gast.Constant(-node.value, None))
        return node


@settings(max_examples=300, deadline=None)
@given(st.recursive(NAMES | CONSTANTS, composed, max_leaves=12), st.sampled_from([120, 20]))
@example(gast.BinOp(gast.Constant(-1.0, None), gast.Pow(), gast.Constant(-0.0, None)), 120)
@example(gast.BinOp(gast.Constant(2, None), gast.Pow(), gast.Constant(-math.inf, None)), 120)
def test_trees_made_by_hand_come_back(tree, width):
    statement = gast.Return(tree)
    emit.WIDTH = width
    try:
        text = unparse(statement)
    finally:
        emit.WIDTH = 120
    assert gast.dump(gast.parse(text).body[0]) == gast.dump(Folded().visit(statement))


@pytest.mark.parametrize("value", [0.1, 1e-08, 1 / 3, 5e-324, sys.float_info.max, -0.0, math.inf, -math.inf, 1e16, -1])
def test_numbers_are_exact(value):
    again = eval(unparse(gast.Constant(value, None)))
    assert type(again) is type(value)
    assert math.copysign(1, again) == math.copysign(1, value)
    assert again == value


def test_imaginary_constants_made_by_hand():
    square = gast.BinOp(gast.Constant(complex(0, -1), None), gast.Pow(), gast.Constant(2, None))
    assert unparse(square) == "(-1j) ** 2"


def test_nan_is_refused():
    with pytest.raises(ValueError, match="nan"):
        unparse(gast.Constant(math.nan, None))


def test_constants_that_are_no_literals_are_refused():
    numpy = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match="float64"):
        unparse(gast.Constant(numpy.float64(1.0), None))


def test_expressions_and_statements_have_no_newline_at_their_ends():
    assert unparse(gast.parse("(a+b)*c", mode="eval").body) == "(a + b) * c"
    assert unparse(gast.parse("a, b", mode="eval").body) == "(a, b)"
    assert unparse(gast.parse("x = 1").body[0]) == "x = 1"
    assert unparse(gast.parse("")) == ""


def test_blank_lines():
    text = '''"""Doc."""

import a
from b import c

x = 1
y = 2


@d
def f():
    def g():
        pass

    z = 1

    class A:
        q = 1

    return g


def h():
    pass


if x:
    y = 1
'''
    tight = "\n".join(line for line in text.split("\n") if line)
    assert unparse(gast.parse(tight)) == text


def numbered(text):
    """The tree of a text, whose statements are numbered 100, 101, ... in order of their lines."""
    tree = gast.parse(text)
    statements = sorted((node for node in gast.walk(tree) if isinstance(node, gast.stmt)), key=lambda node: node.lineno)
    for number, node in enumerate(statements):
        node.lineno = 100 + number
    return tree


PROGRAM = """
@wraps
def f(x):
    for i in range(3):
        s += x[i]
    if a:
        pass
    elif b:
        y = 2
    else:
        z = 3
    try:
        u = 1
    except E:
        v = 2
    match m:
        case 1:
            w = 1
    return s
"""


def test_comments_go_behind_simple_statements_and_above_others():
    comments = {100: "f'", 101: "a loop", 102: "s = s + x[i]", 103: "a choice", 105: "another", 106: "y"}
    text = unparse(numbered(PROGRAM), {**comments, 113: "done\n now "})
    start = "# f'\n@wraps\ndef f(x):\n    # a loop\n    for i in range(3):\n        s += x[i]  # s = s + x[i]\n"
    choice = "    # a choice\n    if a:\n        pass\n    # another\n    elif b:\n        y = 2  # y\n    else:\n"
    assert text.startswith(start + choice)
    assert text.endswith("    return s  # done now\n")
    assert gast.dump(gast.parse(text)) == gast.dump(gast.parse(PROGRAM))


@pytest.mark.parametrize("length", [100, 101])
def test_comments_without_room_go_above(length):
    tree = numbered("def f():\n    x = 1")
    text = unparse(tree, {101: "c" * length})
    body = text.split("\n")[1:]
    long_enough = len("    x = 1  # ") + length <= 120
    assert body == ([f"    x = 1  # {'c' * length}", ""] if long_enough else [f"    # {'c' * length}", "    x = 1", ""])
    assert ("    x = 1" in body) == (len("    x = 1  # ") + length > 120)


def test_comments_of_statements_of_several_lines_go_above():
    tree = numbered('"""Doc\nstring."""')
    assert unparse(tree, {100: "text"}) == '# text\n"""Doc\nstring."""\n'


def test_map_from_lines_to_statements():
    tree = numbered(PROGRAM)
    keys = {number: type(node).__name__ for node in gast.walk(tree) if (number := getattr(node, "lineno", 0)) >= 100}
    text, line_map = unparse_with_map(tree, {101: "a loop"})
    found = {line.strip(): keys.get(line_map.get(number)) for number, line in enumerate(text.split("\n"), 1)}
    assert found == {
        "@wraps": "FunctionDef",
        "def f(x):": "FunctionDef",
        "# a loop": None,
        "for i in range(3):": "For",
        "s += x[i]": "AugAssign",
        "if a:": "If",
        "pass": "Pass",
        "elif b:": "If",
        "y = 2": "Assign",
        "else:": None,
        "z = 3": "Assign",
        "try:": "Try",
        "u = 1": "Assign",
        "except E:": "Try",
        "v = 2": "Assign",
        "match m:": "Match",
        "case 1:": "Match",
        "w = 1": "Assign",
        "return s": "Return",
        "": None,
    }
    assert len({line_map[n] for n in line_map}) == len(keys)


def test_long_lines_are_broken_inside_brackets():
    terms = " + ".join(f"a_{n} * (b_{n} - c_{n})" for n in range(8))
    tree = numbered(f"x = {terms}\ny = f({terms}, k=1)")
    text, line_map = unparse_with_map(tree, {100: "why"})
    assert text == (
        "# why\nx = (\n    a_0 * (b_0 - c_0)\n"
        + "".join(f"    + a_{n} * (b_{n} - c_{n})\n" for n in range(1, 8))
        + f")\ny = f(\n    {terms.split(' + ')[0]}\n"
        + "".join(f"    + a_{n} * (b_{n} - c_{n})\n" for n in range(1, 7))
        + "    + a_7 * (b_7 - c_7),\n    k=1\n)\n"
    )
    assert line_map[2] == line_map[11] == 100
    assert line_map[12] == 101


def test_same_tree_same_text():
    tree = read(emit.__file__)
    assert unparse(tree) == unparse(tree)


def test_tree_is_left_as_it_was():
    tree = gast.parse("def f(x, *y):\n    return x[1, :]")
    before = gast.dump(tree, include_attributes=True)
    unparse(tree)
    assert gast.dump(tree, include_attributes=True) == before
