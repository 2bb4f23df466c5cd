"""The oracles, the generator, the judge and the shrinker, tested on stand-ins for the library."""

from __future__ import annotations

import ast
import math
import sys
import types
from collections.abc import Callable

import numpy as np
import pytest

from transforms.errors import DerivativeError, RefusedAtRunTime

from . import dual
from .campaign import report, run
from .dual import RULES, Dual
from .judge import flat, judge, unflat
from .oracle import Rejected, children, differentiate, expect, leaves, rebuilt, second, slope_along, tree_map
from .programs import GROUPS, Program, execute, features, generate
from .shrink import shrink


def program(body: str, values: str, argnums: tuple[int, ...] = (0,)) -> Program:
    """A program by hand: the lines of `f(x)`."""
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    text = f"import math\n\nimport numpy as np\n\n\ndef f(x):\n{lines}\n\n\ndef arguments():\n    return ({values},)\n"
    return Program(0, text, argnums, frozenset())


def gradient(body: str, values: str) -> np.ndarray:
    return expect(program(body, values)).gradient


# ---- dual numbers

POINTS = {"arccosh": 1.7, "gamma": 2.3, "lgamma": 2.3}


@pytest.mark.parametrize("name", sorted(RULES))
def test_rule_is_the_slope(name: str) -> None:
    x = POINTS.get(name, 0.37)
    value = RULES[name][0]
    got = dual.SCALAR[name](Dual(x, np.ones(1)))
    assert got.v == value(x)
    assert got.d[0] == pytest.approx((value(x + 1e-6) - value(x - 1e-6)) / 2e-6, rel=1e-8)


@pytest.mark.parametrize(
    "text",
    [
        "a + b",
        "a - b",
        "a * b",
        "a / b",
        "a ** b",
        "a % b",
        "a // b",
        "2 - a",
        "3 / b",
        "2 ** a",
        "a ** 3",
        "-a * +b",
        "abs(-a)",
        "1.5 % b",
    ],
)
def test_operator_is_the_slope(text: str) -> None:
    a, b = 1.7, 0.6
    got = eval(text, {"a": Dual(a, np.array([1.0, 0.0])), "b": Dual(b, np.array([0.0, 1.0]))})
    for k, step in enumerate(np.eye(2) * 1e-6):
        above, below = (eval(text, {"a": a + s * step[0], "b": b + s * step[1]}) for s in (1, -1))
        assert (got.d[k] if not isinstance(got.d, float) else 0.0) == pytest.approx(
            (above - below) / 2e-6, rel=1e-7, abs=1e-9
        )


def test_plain_float_is_refused() -> None:
    with pytest.raises(TypeError):
        np.zeros(2)[0] = Dual(1.0, np.ones(1))


# ---- NumPy moves the objects: closed forms where memory matters

MEMORY = {
    "view_then_base": (
        "y = x * 1.0\nv = y[1:]\ny[1] = 5.0 * x[0]\nreturn np.sum(v ** 2)",
        "np.array([1.0, 2.0, 3.0])",
        [50.0, 0.0, 6.0],
    ),
    "base_then_view": ("v = x[::-1]\nv[0] *= x[0]\nreturn x[2] * 2.0", "np.array([1.0, 2.0, 3.0])", [6.0, 0.0, 2.0]),
    "swap_rows": (
        "x[0], x[1] = x[1], x[0]\nreturn np.sum(x * np.arange(4.0).reshape(2, 2))",
        "np.array([[1.0, 2.0], [3.0, 4.0]])",
        [0, 0, 2, 4],
    ),
    "rebinding": ("y = x\ny = y * 2.0\ny[0] = 0.0\nreturn np.sum(x * y)", "np.array([1.0, 2.0])", [0.0, 8.0]),
    "alias": ("y = x\ny *= 2.0\nreturn np.sum(x * x)", "np.array([1.0, 2.0])", [8.0, 16.0]),
    "duplicates": (
        "y = np.zeros(2)\nnp.add.at(y, [0, 0, 1], x)\nreturn y[0] ** 2 + y[1]",
        "np.array([1.0, 2.0, 3.0])",
        [6.0, 6.0, 1.0],
    ),
    "fancy_duplicates": ("y = np.zeros(2)\ny[[0, 0]] += x[:2]\nreturn y[0] ** 2", "np.array([1.0, 2.0])", [0.0, 4.0]),
    "sort": ("x.sort()\nreturn x[0] * 2.0 + x[1]", "np.array([2.0, 1.0])", [1.0, 2.0]),
    "out": ("y = np.empty(2)\nnp.sin(x, out=y)\nreturn y[0]", "np.array([0.5, 1.0])", [math.cos(0.5), 0.0]),
    "starting_at_zero": (
        "s = 0.0\nfor i in range(2):\n    s += x\ns[0] = 0.0\nreturn np.sum(s) + np.sum(x)",
        "np.array([0.5, 1.0])",
        [1.0, 3.0],
    ),
    "flat_copy": (
        "y = x.T.reshape(-1)\ny[0] = 0.0\nreturn x[0, 0] * x[1, 1]",
        "np.array([[2.0, 3.0], [4.0, 5.0]])",
        [5.0, 0.0, 0.0, 2.0],
    ),
    "list_of_same": ("rows = [x] * 2\nrows[0] *= 3.0\nreturn np.sum(rows[1])", "np.array([0.5, 1.0])", [3.0, 3.0]),
}


@pytest.mark.parametrize("name", MEMORY)
def test_memory(name: str) -> None:
    body, values, want = MEMORY[name]
    assert gradient(body, values) == pytest.approx(np.array(want))


def test_arguments_afterwards() -> None:
    after = expect(program("x[0] = x[1] ** 2\nreturn np.sum(x)", "np.array([1.0, 3.0])")).after
    assert after[0].tolist() == [9.0, 3.0]


# ---- what is rejected

REJECTED = {
    "kink": ("return abs(x)", "0.0"),
    "does not run": ("return x / (1 - 1)", "2.0"),
    "value too large": ("return x * 1e6", "2.0"),
    "no scalar": ("return [x]", "2.0"),
    "gradient too large": ("return math.sin(x * 1e6)", "2.0"),
    "differences disagree": ("return x + 0.0 * float(repr(x)) if False else math.sin(3e3 * x) / 10", "2.0"),
}


@pytest.mark.parametrize("reason", REJECTED)
def test_rejected(reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        expect(program(*REJECTED[reason]))
    assert caught.value.args[0] == reason


@pytest.mark.parametrize(
    "body",
    [
        "return x if x > 0.50001 else 2 * x",
        "return max(x, 0.49999)",
        "return (x + 0.5) // 1.0 * x",
        "return np.clip(x, 0.5, 2.0)",
    ],
)
def test_near_a_kink(body: str) -> None:
    with pytest.raises(Rejected, match="kink"):
        expect(program(body, "0.5"))


def test_away_from_the_kink() -> None:
    assert gradient("return x if x > 0.5 else 2 * x", "0.7") == pytest.approx([1.0])
    assert gradient("y = np.sort([x, 1.0, x])\nreturn y[0] * y[1]", "0.7") == pytest.approx([1.4])


def test_extrapolation() -> None:
    assert slope_along(lambda s: math.exp(s[0]), np.ones(1)) == pytest.approx(1.0, abs=1e-11)


def test_second_order() -> None:
    p = program(
        "y = np.zeros(3)\nfor i in range(3):\n    y[i] = x[i] ** 3 * x[i - 1]\nreturn np.sum(y)",
        "np.array([1.0, 2.0, 3.0])",
    )
    x, v = np.array([1.0, 2.0, 3.0]), np.array([0.3, -0.5, 0.9])
    back, ahead = np.roll(x, 1), np.roll(x, -1)
    want = 6 * x * back * v + 3 * x**2 * np.roll(v, 1) + 3 * ahead**2 * np.roll(v, -1)
    assert second(p, v) == pytest.approx(want, rel=1e-7)


# ---- trees of arguments


@pytest.mark.parametrize("tree", [1.5, [1.0, (2.0, 3)], {"a": np.ones(2), "b": [0.5, None]}, (np.zeros((2, 2)),)])
def test_trees(tree: object) -> None:
    doubled = tree_map(lambda v: v, tree)
    assert type(doubled) is type(tree)
    assert len(leaves(doubled)) == len(leaves(tree))
    if children(tree) is not None:
        assert type(rebuilt(tree, [part for _, part in children(tree)])) is type(tree)


def test_flat_and_back() -> None:
    primal = ({"w": np.zeros(2), "n": 3}, 1.5)
    gradient = unflat(primal, np.array([1.0, 2.0, 3.0]))
    assert gradient[0]["n"] is None
    assert flat(primal, gradient).tolist() == [1.0, 2.0, 3.0]


# ---- the generator


def test_deterministic() -> None:
    assert generate(12).text == generate(12).text
    assert generate(12).text != generate(13).text


@pytest.mark.parametrize("seed", range(60))
def test_generated_text_is_python(seed: int) -> None:
    p = generate(seed)
    names = {node.name for node in ast.parse(p.text).body if isinstance(node, ast.FunctionDef)}
    assert {"f", "arguments"} <= names
    assert p.argnums and p.features <= set(features())


@pytest.mark.parametrize("group", GROUPS)
def test_features_can_be_restricted(group: str) -> None:
    allowed = {*features(group=group), "scalar_arith", "assign_scalar", "array_1d", "array_2d"}
    for seed in range(10):
        p = generate(seed, [group])
        assert p.features <= allowed
        p.load()


def test_unknown_feature() -> None:
    with pytest.raises(ValueError, match="no such feature"):
        generate(0, ["flying"])


def test_most_programs_are_accepted() -> None:
    accepted = sum(not record.verdict.rejected for record in run(range(300), oracle=True))
    assert accepted >= 0.85 * 300


def copied(value: object) -> object:
    return value.copy() if isinstance(value, np.ndarray) else value


class CopiedViews(ast.NodeTransformer):
    """Another Python, in which a subscript is always a copy."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        return ast.Call(ast.Name("copied", ast.Load()), [node], []) if isinstance(node.ctx, ast.Load) else node


class Rebinding(ast.NodeTransformer):
    """Another Python, in which `y += v` always rebinds the name."""

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        if not isinstance(node.target, ast.Name):
            return node
        return ast.Assign([node.target], ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value))


@pytest.mark.parametrize(("other", "share"), [(CopiedViews, 0.2), (Rebinding, 0.07)])
def test_programs_depend_on_memory(other: type[ast.NodeTransformer], share: float) -> None:
    """Many programs would compute something else if arrays were values: such are the interactions that matter."""

    def value(text: str) -> object:
        module = execute(text, "other_python", copied=copied)
        try:
            return float(module.f(*module.arguments()))
        except Exception as error:
            return type(error)

    texts = [generate(seed).text for seed in range(300)]
    others = [ast.unparse(ast.fix_missing_locations(other().visit(ast.parse(text)))) for text in texts]
    assert sum(value(a) != value(b) for a, b in zip(texts, others, strict=True)) >= share * len(texts)


# ---- the judge, with stand-ins for the library


def stand_in(monkeypatch: pytest.MonkeyPatch, change: Callable = lambda g, text: g) -> types.ModuleType:
    """A library which differentiates by the dual oracle and the first argument; `change` may spoil its gradients."""
    ad = types.ModuleType("ad")

    def gradient(f: Callable, nums: tuple[int, ...]) -> tuple[tuple, np.ndarray]:
        module = sys.modules[f.__module__]
        with open(module.__file__, encoding="utf-8") as file:
            text = file.read()
        return tuple(module.arguments()[k] for k in nums), change(differentiate(text, nums)[1], text)

    def value_and_grad(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
        def call(*arguments: object) -> tuple:
            primal, vector = gradient(f, argnums if isinstance(argnums, tuple) else (argnums,))
            tree = unflat(primal, vector)
            return f(*arguments), tree if isinstance(argnums, tuple) else tree[0]

        return call

    ad.value_and_grad = value_and_grad
    ad.grad = lambda f, argnums=0: lambda *a: value_and_grad(f, argnums)(*a)[1]
    ad.jvp = lambda f, primals, tangents: (f(*primals), gradient(f, (0,))[1] @ flat(primals, tangents))
    ad.hvp = lambda f: lambda x, v: unflat(x, hessian_product(f, flat(x, v)))
    monkeypatch.setitem(sys.modules, "ad", ad)
    return ad


def hessian_product(f: Callable, vector: np.ndarray) -> np.ndarray:
    with open(sys.modules[f.__module__].__file__, encoding="utf-8") as file:
        return second(Program(0, file.read(), (0,), frozenset()), vector)


SMALL = program(
    "y = x * 1.0\nfor i in range(3):\n    y[i] = math.sin(y[i]) * y[i - 1]\nz = y[0] * 2.0\nreturn np.sum(y * y) + z",
    "np.array([0.5, 1.0, 1.5])",
)


def test_judge_right(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    verdict = judge(SMALL, second_order=True)
    assert verdict.outcome == "right" and set(verdict.modes) == {"reverse", "forward", "second"}


@pytest.mark.parametrize("seed", range(12))
def test_judge_right_on_generated(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    stand_in(monkeypatch)
    verdict = judge(generate(seed), forward=False)
    assert verdict.outcome in ("right", "rejected"), verdict


def test_judge_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, lambda g, text: g * (1.0 + 1e-5))
    verdict = judge(SMALL)
    assert verdict.outcome == "wrong" and verdict.failure[0] == "reverse"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DerivativeError("no"), "refused"),
        (RefusedAtRunTime("no"), "refused"),
        (KeyError("no"), "crashed"),
        (SystemExit(), "crashed"),
    ],
)
def test_judge_exceptions(monkeypatch: pytest.MonkeyPatch, error: BaseException, outcome: str) -> None:
    def spoil(g: np.ndarray, text: str) -> np.ndarray:
        raise error

    stand_in(monkeypatch, spoil)
    assert judge(SMALL).modes["reverse"].outcome == outcome


def test_judge_sees_other_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    p = program("x[0] = 2.0\nreturn np.sum(x * x)", "np.array([0.5, 1.0])")
    ad = stand_in(monkeypatch)
    assert judge(p, forward=False).outcome == "right"
    plain = ad.value_and_grad
    ad.value_and_grad = lambda f, argnums=0: lambda x: plain(f, argnums)(x.copy())
    assert "arguments" in judge(p, forward=False).modes["reverse"].detail


def test_judge_sees_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    ad = stand_in(monkeypatch)
    plain = ad.value_and_grad

    def off_by_one_bit(f: Callable, argnums: int) -> Callable:
        def call(*arguments: object) -> tuple:
            value, gradient = plain(f, argnums)(*arguments)
            return np.nextafter(value, 9.0), gradient

        return call

    ad.value_and_grad = off_by_one_bit
    assert "value" in judge(SMALL, forward=False).modes["reverse"].detail


def test_shrinker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library which is wrong wherever `math.sin` is called: that call is nearly all that remains."""
    stand_in(monkeypatch, lambda g, text: g + 1.0 if "math.sin" in text else g)
    small = shrink(SMALL, seconds=20, forward=False)
    assert "math.sin" in small.text and len(ast.parse(small.text).body[2].body) <= 2


def test_report(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    text = report(list(run(range(4))), seconds=1.0)
    assert "4 programs" in text and "reverse" in text
