"""Parameter rows and parameters that they concern."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jackfield.params import Param, ParamSet
from jackfield_testing.strategies.json_values import json_values

_VALUES = ("x", "y", 1, True, None, "none")
PATHS = ("a", "b", "a.k", "a.l", "c[].k", "c[].d[].k", "c[]", "e.f.g")


def _rows() -> st.SearchStrategy[Param]:
    values = st.lists(st.sampled_from(_VALUES), max_size=3, unique_by=repr).map(tuple)
    return st.one_of(
        st.builds(Param, accepts=values, reason=st.just("by the table")),
        st.builds(Param, refuses=values),
        st.just(Param("unsupported", "no such thing")),
        st.just(Param("mapped", "not sent at all")),
        st.builds(Param, status=st.just("mapped"), maps_to=st.sampled_from(["k", "b", "new"])),
        st.just(Param("mapped", "other words", to={"x": "z"})),
    )


def _trees() -> st.SearchStrategy[Any]:
    leaf = st.sampled_from(_VALUES) | json_values(max_leaves=2)
    small = st.dictionaries(st.sampled_from(["k", "l", "type"]), leaf, max_size=3)
    return leaf | small


_ELEMENTS = st.sampled_from(_VALUES) | st.fixed_dictionaries(
    {},
    optional={
        "k": st.sampled_from(_VALUES) | json_values(max_leaves=2),
        "d": st.lists(_trees(), max_size=2),
        "l": st.just(1),
    },
)
_PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "a": _trees(),
        "b": _trees(),
        "c": st.lists(_ELEMENTS, max_size=3),
        "e": st.just({"f": {"g": "x", "h": None}}) | _trees(),
        "other": json_values(max_leaves=3),
    },
)
_ROW_SETS = st.dictionaries(st.sampled_from(PATHS), _rows(), max_size=3)


@st.composite
def param_cases(draw: st.DrawFn) -> tuple[dict[str, Any], ParamSet]:
    """Parameters with objects and lists in them, some of them shared, and rows by path."""
    params = draw(_PARAMS)
    if "a" in params and draw(st.booleans()):
        params["shared"] = params["a"]  # the same object in two places
    if "c" in params and draw(st.booleans()):
        params["shared_too"] = params["c"]
    return params, ParamSet(draw(_ROW_SETS))
