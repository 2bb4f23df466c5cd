"""The array-API layer of SciPy: which library an array belongs to, and what type a result has, is read off types.

SciPy's functions written in Python begin by asking these; answered when deriving, they can be followed.
"""

from __future__ import annotations

from typing import Any

from scipy._lib import _array_api, array_api_compat

from tensor.registry import by_type

ASKED = (
    "array_namespace is_numpy is_cupy is_torch is_jax is_dask is_pydata_sparse is_array_api_strict is_lazy_array "
    "is_array_api_obj is_marray xp_result_type xp_default_dtype xp_result_device xp_device_type is_complex "
    "scipy_namespace_for get_native_namespace_name"
).split()
PREDICATES = (
    "array_namespace is_array_api_obj is_numpy_array is_cupy_array is_torch_array is_jax_array is_dask_array "
    "is_pydata_sparse_array is_lazy_array is_writeable_array is_numpy_namespace is_cupy_namespace is_torch_namespace "
    "is_jax_namespace is_dask_namespace is_pydata_sparse_namespace is_array_api_strict_namespace device"
).split()


def named(module: Any, names: list[str]) -> list[Any]:
    """What of this there is in the version that is installed."""
    return [getattr(module, name) for name in names if callable(getattr(module, name, None))]


by_type(*named(_array_api, ASKED), *named(array_api_compat, PREDICATES))
