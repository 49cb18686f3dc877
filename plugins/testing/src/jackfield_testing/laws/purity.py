"""Hooks are pure: they change nothing that they are given, and say the same thing twice."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from jackfield.envelope import END, Call, Event, WireResponse
from jackfield_testing.laws.flows import Reply, Upstream, ask
from jackfield_testing.laws.json_identity import identical


def transform_is_pure(module: Any, call: Call) -> Any:
    """``module.transform_request`` leaves the call alone and answers alike; gives its answer."""
    before = copy.deepcopy(dict(call.params))
    first = module.transform_request(call=call)
    assert identical(dict(call.params), before), "transform_request changed the call's parameters"
    assert module.transform_request(call=call) == first, "transform_request answers differently"
    assert identical(dict(call.params), before), "transform_request changed the call's parameters"
    return first


def params_are_pure(module: Any, surface: str, model: str, params: Mapping[str, Any]) -> Any:
    """``module.supported_params`` leaves the parameters alone and answers alike."""
    before = copy.deepcopy(dict(params))
    asked = {"surface": surface, "model": model, "params": params}
    first = module.supported_params(**asked)
    assert identical(dict(params), before), "supported_params changed the parameters"
    assert module.supported_params(**asked) == first, "supported_params answers differently"
    return first


def response_is_pure(module: Any, call: Call, response: WireResponse) -> Any:
    """``module.transform_response`` leaves the answer alone and makes the same of it twice."""
    before = copy.deepcopy(response.json)
    first = copy.deepcopy(_with_what_it_takes(module.transform_response, call, response=response))
    assert identical(response.json, before), "transform_response changed the answer"
    again = _with_what_it_takes(module.transform_response, call, response=response)
    assert again == first, "transform_response answers differently"
    return first


def chunks_are_pure(module: Any, call: Call, events: Sequence[Event]) -> list[Any]:
    """``module.stream_chunk`` leaves events alone; its chunks depend on them and its state."""
    before = [copy.deepcopy(event.json) for event in events]

    def run() -> list[Any]:
        state: dict[str, Any] = {}
        found: list[Any] = []
        for event in (*events, END):
            given = _with_what_it_takes(module.stream_chunk, call, event=event, state=state)
            found += copy.deepcopy(list(given or ()))
        return found

    first = run()
    assert run() == first, "stream_chunk makes other chunks of the same events"
    assert [event.json for event in events] == before, "stream_chunk changed an event"
    return first


def _with_what_it_takes(hook: Any, call: Call, **arguments: Any) -> Any:
    """Call a hook with the arguments that it names, as pluggy does."""
    code = hook.__code__
    taken = code.co_varnames[: code.co_argcount]
    given = {"call": call, **arguments}
    return hook(**{name: given[name] for name in taken})


def exchange_is_pure(params: Mapping[str, Any], **settings: Any) -> None:
    """A whole call leaves its parameters alone, and is sent alike the second time.

    Args:
        params: the call's parameters.
        **settings: what `jackfield_testing.laws.flows.ask` takes.
    """
    before = copy.deepcopy(dict(params))
    first = ask(params, Upstream(Reply()), **settings)
    assert identical(dict(params), before), "the call changed its parameters"
    second = ask(params, Upstream(Reply()), **settings)
    assert [o.body for o in first.sent] == [o.body for o in second.sent]
    assert type(first.error) is type(second.error)
    assert first.losses == second.losses
