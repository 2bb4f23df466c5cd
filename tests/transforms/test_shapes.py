"""Symbolic shapes: what is known of the axes of results, and what a text takes for granted and checks."""

from __future__ import annotations

import numpy as np
import pytest

import ad
from tensor import runtime
from transforms import kinds, shapes
from transforms.ir import Const, Region, Slice, Var
from transforms.shapes import Axis, Book, Dims, Less

NONE = Const(None)


def array(*extents: int, book: Book | None = None) -> Var:
    var = Var("", kinds.Kind("array", "d", len(extents)), Region())
    if book is not None:
        var.shape = Dims(Axis(var, axis, extent, book) for axis, extent in enumerate(extents))
    return var


def sliced(start: object, stop: object, step: object = None) -> Slice:
    return Slice(Const(start), Const(stop), Const(step))


def test_an_array_of_which_nothing_is_known_has_an_own_token_for_each_axis() -> None:
    a, b = array(3, 4), array(3, 4)
    assert shapes.dims(a) == Dims([(a.shape, 0), (a.shape, 1)])
    assert shapes.same(a, a) and not shapes.same(a, b)


def test_extents_that_agree_are_taken_for_granted_and_recorded() -> None:
    book = Book()
    a, b, c = (array(n, book=book) for n in (3, 3, 4))
    assert shapes.same(a, b) and not shapes.same(a, c)
    assert [(axis.var, other.var) for axis, other in book.facts()] == [(b, a)]


def test_nothing_is_recorded_where_one_axis_differs() -> None:
    book = Book()
    assert not shapes.same(array(3, 4, book=book), array(3, 5, book=book))
    assert book.facts() == []


def test_a_closed_book_takes_nothing_more_for_granted() -> None:
    book = Book()
    a, b, c = (array(3, book=book) for _ in range(3))
    assert shapes.same(a, b)
    book.closed = True
    assert shapes.same(b, a) and not shapes.same(a, c)


@pytest.mark.parametrize(
    ("wide", "narrow", "axes"),
    [
        ((3, 4), (4,), ((0,), ())),
        ((3, 4), (3, 1), ((), (1,))),
        ((2, 3, 4), (3, 1), ((0,), (1,))),
        ((3,), (3,), ((), ())),
    ],
)
def test_a_cotangent_is_summed_over_the_axes_that_were_broadcast(wide, narrow, axes) -> None:
    book = Book()
    assert shapes.summed(array(*wide, book=book), array(*narrow, book=book)) == axes


def test_what_may_be_broadcast_or_not_is_not_known() -> None:
    assert shapes.summed(array(3, 4), array(4)) is None
    assert shapes.broadcast(shapes.dims(array(3)), shapes.dims(array(3))) == Dims([None])


@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize("cuts", [(0, -1), (1, None), (1, -1), (2, -3), (None, -2), (None, None)])
def test_less_is_what_a_slice_leaves(n, cuts) -> None:
    from transforms import extents

    token = extents._sliced("n", sliced(*cuts))
    cut = token.cut if isinstance(token, Less) else 0
    assert max(n - cut, 0) == len(range(n)[slice(*cuts)])


@pytest.mark.parametrize("cuts", [(-2, None), (None, 3), (1, 3), (None, None, 2), (-3, -1)])
def test_other_slices_leave_what_is_not_known(cuts) -> None:
    from transforms import extents

    assert extents._sliced("n", sliced(*cuts)) is None
    assert extents._sliced(5, sliced(*cuts)) == len(range(5)[slice(*cuts)])


# -- texts -------------------------------------------------------------------------------------------------------------


def energy(scale, shift, x):
    return np.sum((scale * x + shift) ** 2)


def closed_form(scale, shift, x):
    bar = 2.0 * (scale * x + shift)
    return runtime.unbroadcast(bar * x, scale), runtime.unbroadcast(bar, shift), runtime.unbroadcast(bar * scale, x)


SHAPES = [
    ((3, 4), (4,), (3, 4)),
    ((3, 1), (4,), (3, 4)),
    ((3, 4), (3, 4), (3, 4)),
    ((1, 4), (1,), (3, 4)),
    ((1, 1), (1,), (1, 1)),
    ((4, 4), (4,), (4, 4)),
    ((4, 1), (4,), (1, 4)),
    ((2, 5), (5,), (2, 5)),
    ((0, 4), (4,), (0, 4)),
]


@pytest.mark.parametrize("turn", range(len(SHAPES)))
def test_arguments_of_other_shapes_get_a_text_that_fits_them(turn) -> None:
    derivative = ad.grad(energy, argnums=(0, 1, 2))
    rng = np.random.default_rng(0)
    for shapes_ in SHAPES[turn:] + SHAPES[:turn]:
        args = [rng.normal(size=shape) for shape in shapes_]
        for found, expected in zip(derivative(*args), closed_form(*args), strict=True):
            assert found.shape == expected.shape
            np.testing.assert_allclose(found, expected)


def test_the_texts_for_shapes_are_few() -> None:
    derivative = ad.grad(lambda x, y, z: np.sum(x * y * z), argnums=(0, 1, 2))
    for n in range(1, 4):
        for m in range(1, 4):
            for k in range(1, 4):
                args = np.ones((n, 1, 1)), np.ones((1, m, 1)), np.ones((1, 1, k))
                assert [g.shape for g in derivative(*args)] == [a.shape for a in args]
    (variants,) = derivative._variants.values()
    assert len(variants) <= 4


@pytest.mark.parametrize("order", [(5, 3), (3, 5), (1, 3), (3, 1)])
def test_arrays_from_outside_may_change_their_shape(order) -> None:
    held = {}

    def f(x):
        return np.sum(x * outside)

    for n in order:
        outside = np.arange(1.0, n + 1.0)
        held[n] = ad.grad(f)(np.ones(3)) if n in (1, 3) else None
        if n == 5:
            with pytest.raises(ValueError, match="broadcast"):
                ad.grad(f)(np.ones(3))
    np.testing.assert_allclose(held[3], [1.0, 2.0, 3.0])
    if 1 in held:
        np.testing.assert_allclose(held[1], [1.0, 1.0, 1.0])


def test_forward_mode_and_pullbacks_fit_the_shapes_too() -> None:
    rng = np.random.default_rng(0)
    for shapes_ in SHAPES:
        args = tuple(rng.normal(size=shape) for shape in shapes_)
        _, pullback = ad.vjp(energy, *args)
        bars = pullback(1.0)
        _, along = ad.jvp(energy, args, tuple(map(np.ones_like, args)))
        for found, expected in zip(bars, closed_form(*args), strict=True):
            np.testing.assert_allclose(found, expected)
        np.testing.assert_allclose(along, sum(map(np.sum, bars)))


def test_an_exported_text_refuses_arguments_of_other_shapes(tmp_path) -> None:
    derivative = ad.grad(energy)
    expected = derivative(np.ones((3, 1)), np.ones(4), np.ones((3, 4)))
    namespace: dict = {}
    exec(derivative.export(tmp_path / "energy.py").read_text(), namespace)
    np.testing.assert_array_equal(namespace["energy_grad"](np.ones((3, 1)), np.ones(4), np.ones((3, 4))), expected)
    with pytest.raises(ValueError, match="shapes agree as in 'i1,j,ij'"):
        namespace["energy_grad"](np.ones((3, 4)), np.ones(4), np.ones((3, 4)))


def test_a_mismatch_inside_a_called_text_is_the_users_own_error(tmp_path) -> None:
    namespace: dict = {}
    derivative = ad.grad(energy)
    derivative(np.ones((3, 1)), np.ones(4), np.ones((3, 4)))
    path = derivative.export(tmp_path / "energy_of_fixed_shapes.py")
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    with pytest.raises(ValueError, match="shapes agree"):
        ad.grad(lambda x: np.sum(namespace["energy_grad"](x, np.ones(4), np.ones((3, 4)))))(np.ones((3, 4)))
