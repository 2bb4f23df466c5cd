"""Contractions of a derivative are products of matrices, with the numbers of the contraction."""

from __future__ import annotations

import numpy as np
import pytest

import ad

SPECS = [
    "ij,jk->ik", "ij,jk->ki", "ij,kj->ik", "ji,jk->ki", "nij,njk->nik", "nij,njk->kin", "kij,nkj->nki", "nki,nkj->kij",
    "abij,bajk->abik", "ij,ij->ij", "ij,j->i", "ij,jk->ijk", "ijk,kl->ijl", "ijk,jkl->il", "ii,ij->j", "i,j->ij",
]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS)
def test_gradient_is_that_of_the_sum_of_products(spec: str) -> None:
    left, right = spec.partition("->")[0].split(",")
    sizes = {label: 2 + number for number, label in enumerate(sorted({*left, *right}))}
    rng = np.random.default_rng(len(spec))
    a, b = (rng.normal(size=[sizes[c] for c in part]) for part in (left, right))
    weights = rng.normal(size=np.einsum(spec, a, b).shape)

    def f(a, b):
        return np.sum(weights * np.einsum(spec, a, b) ** 2)

    ad.check_grads(f, (a, b), order=2)


def test_the_text_says_so() -> None:
    derivative = ad.grad(lambda a, b: np.sum(np.einsum("kij,nkj->nki", a, b) ** 2), argnums=(0, 1))
    derivative(np.ones((2, 3, 4)), np.ones((5, 2, 4)))
    text = derivative.source.partition("\n\n\n")[2].partition("\n")[2]
    assert text.count("einsum") == 2  # the user's own, and the comment
    assert "t.transpose(1, 2, 0) @ b.transpose(1, 0, 2)" in text
