"""Parameter policies: raise, warn, drop, pass."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given

from jackfield import params as parameters
from jackfield.envelope import Call, Loss
from jackfield.errors import UnsupportedParamsError
from jackfield.params import Param, ParamSet
from jackfield_testing import laws, strategies

UNSUPPORTED = Param("unsupported", "no such thing")
SHARED: dict[str, Any] = {"k": "x", "l": 1}


@given(strategies.param_cases())
@example(({"a": SHARED, "shared": SHARED}, ParamSet({"a.k": UNSUPPORTED})))
@example(({"a": {"k": 1}, "k": 2, "b": 3}, ParamSet({"a.k": Param("mapped", maps_to="b")})))
@example(
    (
        {"a": 1, "b": 2},
        ParamSet({"a": Param("mapped", maps_to="new"), "b": Param("mapped", maps_to="new")}),
    )
)
@example(({"c": [{"k": ["x"]}, {"k": {}}]}, ParamSet({"c[].k": Param("mapped", to={"x": "z"})})))
def test_policies_do_what_they_say(case: tuple[dict[str, Any], ParamSet]) -> None:
    laws.policy_holds(*case)


def applied(params: dict[str, Any], rows: dict[str, Param], policy: Any) -> Call:
    call = Call("chat", "m", params, unsupported=policy)
    return parameters.apply(call, ParamSet(rows), provider="p")


def test_what_no_row_names_is_the_callers_own_object() -> None:
    params = {"messages": [{"role": "user"}], "x": 1}
    call = applied(params, {"temperature": UNSUPPORTED}, "raise")
    assert call.params is params
    assert call.losses == ()


def test_raise_names_the_place_what_is_accepted_and_the_way_out() -> None:
    rows = {"effort.level": Param(accepts=("low", "high"), reason="by the table")}
    with pytest.raises(UnsupportedParamsError) as caught:
        applied({"effort": {"level": "max"}}, rows, "raise")
    assert caught.value.param == "effort.level"
    assert caught.value.status_code is None
    for words in ("effort.level='max'", "'low', 'high'", "by the table", 'unsupported="drop"'):
        assert words in str(caught.value)


@pytest.mark.parametrize("policy", ["drop", "warn"])
def test_drop_takes_the_whole_element_of_a_list(policy: str) -> None:
    tools = [{"type": "function"}, {"type": "computer"}, {"type": "x"}]
    call = applied({"tools": tools}, {"tools[].type": Param(refuses=("computer",))}, policy)
    assert call.params == {"tools": [{"type": "function"}, {"type": "x"}]}
    [loss] = call.losses
    assert (loss.path, loss.kind) == ("tools[1].type", "dropped")
    assert tools[1] == {"type": "computer"}


def test_pass_sends_everything_and_maps_nothing() -> None:
    rows = {"a": UNSUPPORTED, "b": Param("mapped", maps_to="c")}
    call = applied({"a": 1, "b": 2}, rows, "pass")
    assert call.params == {"a": 1, "b": 2}
    assert [(loss.path, loss.kind) for loss in call.losses] == [("a", "passed")]


def test_a_mapped_name_keeps_its_place() -> None:
    rows = {"max_tokens": Param("mapped", "why", maps_to="max_completion_tokens")}
    call = applied({"a": 1, "max_tokens": 5, "z": 2}, rows, "raise")
    assert list(call.params.items()) == [("a", 1), ("max_completion_tokens", 5), ("z", 2)]
    assert call.losses == (Loss("max_tokens", "mapped", "why"),)


def test_what_was_given_under_the_new_name_wins() -> None:
    rows = {"max_tokens": Param("mapped", "why", maps_to="max_completion_tokens")}
    call = applied({"max_tokens": 5, "max_completion_tokens": 7}, rows, "raise")
    assert call.params == {"max_completion_tokens": 7}
    assert [loss.kind for loss in call.losses] == ["dropped"]


def test_true_is_not_one() -> None:
    rows = {"temperature": Param(accepts=(1,))}
    assert applied({"temperature": 1.0}, rows, "raise").params == {"temperature": 1.0}
    with pytest.raises(UnsupportedParamsError):
        applied({"temperature": True}, rows, "raise")


def test_losses_add_to_earlier_ones() -> None:
    earlier = Loss("x", "mapped", "before")
    call = Call("s", "m", {"a": 1}, unsupported="drop", losses=(earlier,))
    found = parameters.apply(call, ParamSet({"a": UNSUPPORTED}))
    assert found.losses[0] is earlier
    assert [loss.path for loss in found.losses] == ["x", "a"]
