"""scikit-learn's array-API layer, and its checks of arrays: those that raise, and those that give the array itself."""

from __future__ import annotations

from inspect import signature
from typing import Any

from sklearn import get_config
from sklearn.utils import _array_api, _dataframe, _param_validation, validation

from tensor.registry import by_type, checks, constant, derivative, normal, stands_for
from tensor.rules.array_namespaces import named
from tensor.rules.shaping import reshape_like

ASKED = (
    "get_namespace get_namespace_and_device supported_float_dtypes device indexing_dtype _is_numpy_namespace "
    "_is_xp_namespace _find_matching_floating_dtype _max_precision_float_dtype _matching_numpy_dtype "
    "_check_array_api_dispatch"
).split()
FRAMES = (
    "is_df_or_series is_pandas_df_or_series is_pandas_df is_polars_df_or_series is_polars_df is_pyarrow_data".split()
)

by_type(*named(_array_api, ASKED), *named(_dataframe, FRAMES))
checks(validation.check_consistent_length, validation.assert_all_finite)
constant(*named(validation, ["_num_samples"]))


def check_parameters(wrapper: Any, *args: Any, **kwargs: Any) -> None:
    """Raise what scikit-learn raises for parameters that a function does not take."""
    if get_config()["skip_parameter_validation"]:
        return
    func = wrapper.__wrapped__
    given = signature(func).bind(*args, **kwargs)
    given.apply_defaults()
    constraints = func._skl_parameter_constraints
    named_ = {k: v for k, v in given.arguments.items() if k in constraints}
    _param_validation.validate_parameter_constraints(constraints, named_, caller_name=func.__qualname__)


checks(check_parameters)


@stands_for(_param_validation.validate_params({}, prefer_skip_nested_validation=True)(lambda: None).__code__)
def validated(wrapper, *args, **kwargs):
    """A function whose parameters are checked before it is called."""
    check_parameters(wrapper, *args, **kwargs)
    return wrapper.__wrapped__(*args, **kwargs)


def checked(g, ans, array, *args, **kwargs):
    return g.astype(ans.dtype)


def checked_pullback(g, ans, array, *args, **kwargs):
    return reshape_like(g, array).astype(array.dtype)


ARRAYS = [lambda: (normal(3, 2),)]
VECTORS = [lambda: (normal(3),), lambda: (normal(3, 1),)]


def raveled(g, ans, y, *args, **kwargs):
    return g.reshape(ans.shape).astype(ans.dtype)


fn: Any
derivative(validation.check_array, pullback=checked_pullback, at=ARRAYS)(checked)
derivative(validation.column_or_1d, pullback=checked_pullback, at=VECTORS)(raveled)
