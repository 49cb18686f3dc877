"""Keys, passwords and headers are never shown, whatever else is wrong."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.config import ConfigFileError, Loaded, describe, parse

SECRET = "hunter2hunter2"

_PLACES: dict[str, Any] = {
    "api_key": SECRET,
    "api_base": f"https://user:{SECRET}@host.example/v1",
    "headers": {"Authorization": SECRET, "X-B": SECRET},
}
_MISTAKES: dict[str, Any] = {
    "api_key": [f"{SECRET} ", f"{SECRET}\n", f"é{SECRET}", [SECRET], {"x": SECRET}],
    "api_base": [SECRET, f"ftp://{SECRET}", f"https://a b {SECRET}", f"https://{SECRET}:0"],
    "headers": [SECRET, [SECRET], {"X": f"{SECRET}é"}, {"X": [SECRET]}, {"X": f"{SECRET}\n"}],
    "timeout": [SECRET],
    "max_retries": [SECRET],
    "drop_params": [SECRET],
    "unsupported": [SECRET],
    "organization": [f"{SECRET}\n", [SECRET]],
}
_GENERAL: dict[str, Any] = {
    "master_key": [SECRET, f"{SECRET} x", [SECRET]],
    "redis_url": [f"redis://:{SECRET}@h:1/0", SECRET, {"a": SECRET}],
    "max_body_bytes": [1, SECRET],
}


@given(st.data())
def test_nothing_shows_a_secret(data: st.DataObject) -> None:
    params = {"model": "openai/gpt-4o", **_PLACES}
    general = {name: values[0] for name, values in _GENERAL.items()}
    wrong = data.draw(st.integers(0, 2)) > 0
    if wrong:
        for name in data.draw(st.lists(st.sampled_from(sorted(_MISTAKES)), unique=True)):
            params[name] = data.draw(st.sampled_from(_MISTAKES[name]))
        for name in data.draw(st.lists(st.sampled_from(sorted(_GENERAL)), unique=True)):
            general[name] = data.draw(st.sampled_from(_GENERAL[name]))
    entry = {"model_name": "a", "params": params, "model_info": {"note": SECRET}}
    rows = [entry, entry] if wrong and data.draw(st.booleans()) else [entry]
    text = yaml.safe_dump({"model_list": rows, "general_settings": general})
    if wrong and data.draw(st.integers(0, 5)) == 0:
        text += data.draw(st.sampled_from(["\n: [", "general_settings: 1", "\0", "\tx: y"]))
    found: Loaded | ConfigFileError
    try:
        found = loaded = parse(text)
    except ConfigFileError as error:
        found = error
    if isinstance(found, ConfigFileError):
        shown = [str(found), repr(found), repr(found.problems), found.message]
        assert str(pickle.loads(pickle.dumps(found))) == str(found)
    else:
        assert not wrong or len(rows) == 1
        assert loaded.config.models[0].params.headers["X-B"] == SECRET
        shown = [repr(loaded.warnings), str(describe(loaded.config))]
        general_repr, model_repr = repr(loaded.config.general), repr(loaded.config.models[0])
        address = loaded.config.models[0].params.api_base
        assert address is not None
        shown += [general_repr, model_repr.replace(repr(address), "")]
    assert not any(SECRET in text for text in shown)


def test_errors_keep_no_secret_in_their_causes() -> None:
    with pytest.raises(ConfigFileError) as caught:
        parse(f"model_list: [{{model_name: a, params: {{model: b, headers: {{X: '{SECRET}é'}}}}}}]")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
