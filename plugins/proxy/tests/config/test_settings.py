"""Each setting: what it takes, what it refuses, and that what is written reads back."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jackfield.config import Secret
from jackfield_proxy.config import ConfigFileError, General, Params, Router, of_model, parse
from jackfield_proxy.config.modes import SURFACES

MIB = 1024 * 1024


def revealed(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def entry(**params: Any) -> dict[str, Any]:
    return {"model_name": "a", "litellm_params": {"model": "gpt-4o", **params}}


def written(*entries: dict[str, Any], **sections: Any) -> str:
    document = {"model_list": list(entries) or [entry()], **sections}
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def refusal(text: str) -> str:
    with pytest.raises(ConfigFileError) as caught:
        parse(text)
    return str(caught.value)


# What is written reads back -----------------------------------------------------------------------

plain_texts = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
fixed_texts = plain_texts.filter(lambda t: not t.startswith("os.environ/"))
names = fixed_texts.filter(lambda t: "*" not in t)
tokens = st.text("abcXYZ019-._", min_size=1, max_size=20)
counts = st.integers(0, 10**6)
positive = st.floats(0.001, 10**6) | st.integers(1, 10**6)
PARAMS: dict[str, tuple[tuple[str, ...], st.SearchStrategy[Any]]] = {
    "api_key": (("api_key",), tokens),
    "api_base": (
        ("api_base", "base_url"),
        tokens.filter(lambda t: t.replace("-", "").isalnum()).map("https://h-{}.example/v1".format),
    ),
    "organization": (("organization",), fixed_texts),
    "project": (("project",), fixed_texts),
    "headers": (
        ("headers", "extra_headers"),
        st.dictionaries(
            st.text("ABCx-", min_size=1, max_size=8).map(str.upper), tokens, max_size=3
        ),
    ),
    "timeout": (("timeout",), positive),
    "stream_idle_timeout": (("stream_idle_timeout", "stream_timeout"), positive),
    "max_retries": (("max_retries", "num_retries"), counts),
    "weight": (("weight",), positive),
    "drop_params": (("drop_params",), st.booleans()),
    "unsupported": (("unsupported",), st.sampled_from(["raise", "warn", "drop", "pass"])),
}
json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | fixed_texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def entries(draw: st.DrawFn, name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """An entry, and the values of its params and its info."""
    values: dict[str, Any] = {"model": draw(names)}
    params: dict[str, Any] = dict(values)
    for field in draw(st.lists(st.sampled_from(sorted(PARAMS)), unique=True)):
        keys, strategy = PARAMS[field]
        values[field] = params[draw(st.sampled_from(keys))] = draw(strategy)
    info = {
        "mode": draw(st.sampled_from(SURFACES)),
        **draw(st.dictionaries(names.filter(lambda n: n not in ("mode", "id")), json_like)),
    }
    whole: dict[str, Any] = {"model_name": name}
    whole[draw(st.sampled_from(["litellm_params", "params"]))] = params
    whole["model_info"] = info
    return {k: whole[k] for k in draw(st.permutations(list(whole)))}, values, info


@given(st.data(), st.lists(names, min_size=1, max_size=4, unique=True))
def test_entries_read_back(data: st.DataObject, given_names: list[str]) -> None:
    rows = [data.draw(entries(name)) for name in given_names]
    text = written(*(row for row, _, _ in rows))
    loaded = parse(text)
    assert loaded.warnings == ()
    assert [model.name for model in loaded.config.models] == given_names
    lines = text.split("\n")
    for model, (row, values, info) in zip(loaded.config.models, rows, strict=True):
        for field in attrs.fields(Params):
            default = {} if field.name == "headers" else field.default
            expected = values.get(field.name, default)
            assert revealed(getattr(model.params, field.name)) == expected
        assert model.info.mode == model.info.surface == info.pop("mode")
        assert model.info.extra == info
        assert lines[model.line - 1].startswith(f"- {next(iter(row))}:")


GENERAL: dict[str, st.SearchStrategy[Any]] = {
    "master_key": tokens,
    "forward_openai_org_id": st.booleans(),
    "forward_other_endpoints": st.booleans(),
    "default_deployment": st.just("a"),
    "max_body_bytes": st.integers(1, 2**40),
    "max_upload_bytes": st.integers(1, 2**40),
    "max_header_bytes": st.integers(1, 2**40),
    "cors_origins": st.lists(st.sampled_from(["*", "https://a.example", "http://b:1"]), max_size=2),
    "redis_url": tokens.map("redis://:{}@host:6379/0".format),
    "log_prompts": st.booleans(),
    "shutdown_grace": st.floats(0, 1000),
    "request_timeout": positive,
}
ROUTER: dict[str, st.SearchStrategy[Any]] = {
    "num_retries": counts,
    "cooldown_time": st.floats(0, 1000),
    "allowed_fails": counts,
}


@given(
    st.fixed_dictionaries({}, optional=GENERAL),
    st.fixed_dictionaries({}, optional=ROUTER),
)
def test_the_other_sections_read_back(general: dict[str, Any], router: dict[str, Any]) -> None:
    loaded = parse(written(general_settings=general, router_settings=router))
    assert loaded.warnings == ()
    for cls, values, found in (
        (General, general, loaded.config.general),
        (Router, router, loaded.config.router),
    ):
        for field in attrs.fields(cls):
            value = revealed(getattr(found, field.name))
            if field.name in values:
                wanted = values[field.name]
                assert value == (tuple(wanted) if isinstance(wanted, list) else wanted)
            else:
                assert value == getattr(cls(), field.name)


def test_equal_files_are_equal_configurations() -> None:
    text = written(entry(api_key="k", headers={"A": "b"}), general_settings={"master_key": "m"})
    first, second = parse(text).config, parse("\n\n" + text).config
    assert first == second
    assert hash(first) == hash(second)
    assert first.general.master_key == second.general.master_key
    assert hash(first.general.master_key) == hash(second.general.master_key)
    assert first.general.master_key != first.models[0].params.api_key
    assert first != parse(text.replace("api_key: k", "api_key: j")).config


def test_the_defaults() -> None:
    config = parse(written(entry())).config
    assert config.general == General()
    assert config.general.max_body_bytes == 64 * MIB
    assert config.general.max_upload_bytes == 1024 * MIB
    assert config.general.max_header_bytes == 64 * 1024
    assert config.router == Router(num_retries=2, cooldown_time=5.0, allowed_fails=0)
    assert config.models[0].params == Params(model="gpt-4o")
    assert config.only is None
    assert config.source == "config.yaml"


def test_nothing_after_the_colon_is_the_default() -> None:
    text = written(
        {**entry(api_key=None, headers=None), "model_info": None, "fallbacks": None},
        general_settings={"max_body_bytes": None},
        router_settings=None,
    )
    assert parse(text).config == parse(written(entry())).config


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "values"),
    {
        "model": ["", " ", " a", 4, 3.5, True, None, [], {}, "a\nb", "*", "a*"],
        "api_key": ["", 4, [], "a b", "é", "a\n", "a\tb"],
        "api_base": ["", "x", "ftp://x", "https://", "http://a b", "http://x:0", 1, "https://[x"],
        "base_url": ["x"],
        "organization": ["", 1, [], "a\nb"],
        "project": ["", 1, {}],
        "headers": ["a", 1, ["a"], {"a b": "c"}, {"a": "b\n"}, {"a": "é"}, {"a": None}, {"": "a"}],
        "extra_headers": [{"a": True}, {"a": []}, {"A": "1", "a": "2"}],
        "timeout": [0, -1, math.nan, True, "5", "x", [], {}],
        "stream_timeout": [0, "1"],
        "max_retries": [-1, 1.5, True, "1", []],
        "num_retries": [-1, "x"],
        "weight": [0, -0.5, math.inf, math.nan, True, "1"],
        "drop_params": ["true", "yes", 1, 0, []],
        "unsupported": ["", "ignore", True, 1, "Raise"],
    }.items(),
)
def test_bad_params(key: str, values: list[Any]) -> None:
    for value in values:
        row = entry()
        row["litellm_params"][key] = value
        assert f"model_list[0].litellm_params.{key}" in refusal(written(row)), value


@pytest.mark.parametrize(
    ("key", "values"),
    {
        "master_key": ["", None, 1234, "a b", "é", []],
        "forward_openai_org_id": ["true", 1, [], "x"],
        "forward_other_endpoints": ["no", 0],
        "log_prompts": ["true", 1],
        "default_deployment": ["", 1, "other", "*"],
        "max_body_bytes": [0, -1, 1.5, True, "", "x", "-1", "1 XB", "1e3", "0 MB", "1 Gi B", []],
        "max_upload_bytes": ["0.1B", {}],
        "max_header_bytes": ["٣", "1,5MB"],
        "cors_origins": ["*", [1], ["a.example"], ["https://a.example/"], [""], ["https://u@h"]],
        "redis_url": ["", "localhost", "http://x", 1],
        "shutdown_grace": [-1, math.inf, math.nan, "1", True],
        "request_timeout": [0, "1"],
    }.items(),
)
def test_bad_general_settings(key: str, values: list[Any]) -> None:
    for value in values:
        message = refusal(written(general_settings={key: value}))
        assert f"general_settings.{key}" in message, value
        assert len(message.splitlines()) == 1, value


@pytest.mark.parametrize(
    ("key", "values"),
    {
        "num_retries": [-1, "1", 0.5],
        "cooldown_time": [-1, math.inf, "1"],
        "allowed_fails": [-1, True],
        "fallbacks": ["a", {"a": ["b"]}, ["a"], [{"a": "b"}], [{"a": [1]}], [{"a": [""]}], [[]]],
    }.items(),
)
def test_bad_router_settings(key: str, values: list[Any]) -> None:
    for section in ("router_settings", "litellm_settings"):
        for value in values:
            if section == "litellm_settings" and key not in ("num_retries", "fallbacks"):
                continue
            message = refusal(written(**{section: {key: value}}))
            assert f"{section}.{key}" in message, value


@pytest.mark.parametrize("section", ["general_settings", "router_settings", "litellm_settings"])
@pytest.mark.parametrize("value", ["a", 1, [], True])
def test_a_section_is_a_mapping(section: str, value: Any) -> None:
    assert f": {section}: must be a mapping, not " in refusal(written(**{section: value}))


def test_bad_entries() -> None:
    assert "model_list: must be a list, not a mapping" in refusal("model_list: {}")
    assert refusal("model_list:\n- {}\n- 1\n- model_name: a\n  params:\n").splitlines() == [
        "config.yaml:2: model_list[0].model_name: is missing",
        "config.yaml:2: model_list[0].litellm_params: is missing",
        "config.yaml:3: model_list[1]: must be a mapping, not a number",
        "config.yaml:5: model_list[2].params: has no value",
    ]


def test_every_problem_is_reported_with_its_line() -> None:
    text = (
        "model_list:\n"
        "  - model_name: 3.5\n"
        "    litellm_params:\n"
        "      model: gpt-4o\n"
        "      timeout: '5'\n"
        "      headers:\n"
        "        X-A: a\n"
        "        X-B: [b]\n"
        "general_settings:\n"
        "  log_prompts: 'true'\n"
    )
    assert refusal(text).splitlines() == [
        "config.yaml:2: model_list[0].model_name: must be text, not a number: put it in quotes",
        "config.yaml:5: model_list[0].litellm_params.timeout: must be a number, not text: take the "
        "quotes off",
        "config.yaml:8: model_list[0].litellm_params.headers.X-B: can't be sent: illegal value of "
        "header 'X-B' in the configuration: it is text without line breaks, other control "
        "characters, or characters outside ASCII",
        "config.yaml:10: general_settings.log_prompts: must be true or false, not text: take the "
        "quotes off",
    ]


def test_many_problems_are_cut_short() -> None:
    text = written(*[{"model_name": f"m{n}"} for n in range(50)])
    message = refusal(text).splitlines()
    assert len(message) == 21
    assert message[-1] == "config.yaml: and 30 more problems"


def test_a_setting_under_two_names() -> None:
    text = written({**entry(), "params": {"model": "x"}})
    assert "litellm_params: is the same setting as params on line 5" in refusal(text)
    text = written(entry(headers={}, extra_headers={}))
    assert "headers: is the same setting as extra_headers on line 6" in refusal(text)


# What is odd --------------------------------------------------------------------------------------


def test_unknown_keys_are_warnings() -> None:
    loaded = parse(
        "model_list:\n"
        "  - model_name: a\n"
        "    api_key: x\n"
        "    litellm_params:\n"
        "      model: b\n"
        "      api-bse: x\n"
        "      rpm: 5\n"
        "genral_settings: {}\n"
        "master_key: x\n"
        "general_settings:\n"
        "  Master_Keys: x\n"
    )
    assert loaded.warnings == (
        "config.yaml:3: model_list[0].api_key: unknown key, ignored; it belongs into "
        "litellm_params",
        "config.yaml:6: model_list[0].litellm_params.api-bse: unknown key, ignored; did you mean "
        "api_base?",
        "config.yaml:7: model_list[0].litellm_params.rpm: unknown key, ignored",
        "config.yaml:8: genral_settings: unknown key, ignored; did you mean general_settings?",
        "config.yaml:9: master_key: unknown key, ignored; it belongs into general_settings",
        "config.yaml:11: general_settings.Master_Keys: unknown key, ignored; did you mean "
        "master_key?",
    )
    assert loaded.config.general.master_key is None


def test_what_model_info_holds_is_kept_as_it_is() -> None:
    info = {"id": "x-1", "base_model": "gpt-4o", "team": [{"a": None}], "since": "2024-01-01"}
    found = parse(
        "model_list: [{model_name: a, params: {model: b}, model_info: {id: x-1, "
        "base_model: gpt-4o, team: [{a: ~}], since: 2024-01-01}}]"
    )
    assert found.warnings == ()
    assert found.config.models[0].info.id == info.pop("id")
    extra = found.config.models[0].info.extra
    assert extra == info
    assert type(extra["team"]) is list
    assert type(extra["team"][0]) is dict


# Single settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (1, 1),
        ("1", 1),
        ("17 b", 17),
        ("2kB", 2000),
        ("2 KiB", 2048),
        ("100MB", 100_000_000),
        ("1 GiB", 1024 * MIB),
        ("1gib", 1024 * MIB),
        ("1.5 MiB", MIB + MIB // 2),
        ("0.001kB", 1),
        ("2 TB", 2 * 10**12),
        (" 3MB ", 3_000_000),
    ],
)
def test_sizes(value: Any, size: int) -> None:
    config = parse(written(general_settings={"max_body_bytes": value})).config
    assert config.general.max_body_bytes == size


def test_origins() -> None:
    origins = ["https://A.Example:8443", "*", "tauri://localhost"]
    config = parse(written(general_settings={"allowed_origins": origins})).config
    assert config.general.cors_origins == ("https://a.example:8443", "*", "tauri://localhost")


@pytest.mark.parametrize(
    ("mode", "surface"),
    [
        *((name, name) for name in SURFACES),
        ("completion", "text_completion"),
        ("audio_transcription", "transcription"),
        ("audio_translation", "translation"),
        ("audio_speech", "speech"),
        ("video_generation", "video"),
        ("embeddings", "embedding"),
    ],
)
def test_modes(mode: str, surface: str) -> None:
    loaded = parse(written({**entry(), "model_info": {"mode": mode}}))
    assert loaded.warnings == ()
    assert loaded.config.models[0].info.mode == mode
    assert loaded.config.models[0].info.surface == surface


@pytest.mark.parametrize("mode", ["image_generation", "moderation", "rerank", "realtime"])
def test_modes_that_no_surface_has(mode: str) -> None:
    loaded = parse(written({**entry(), "model_info": {"mode": mode}}))
    assert loaded.config.models[0].info.mode == mode
    assert loaded.config.models[0].info.surface is None
    (warning,) = loaded.warnings
    assert warning.startswith("config.yaml:6: model_list[0].model_info.mode: ")


def test_a_surface_that_a_plugin_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    from jackfield import client
    from jackfield.discovery import Plugin
    from jackfield.manifest import Manifest, Surface
    from jackfield.registry import Registry

    manifest = Manifest(name="more", surfaces=(Surface("rerank"), Surface("haiku")))
    registry = Registry([Plugin("more", "more", manifest=manifest)])
    monkeypatch.setattr(client, "shared_registry", lambda: registry)
    for mode in ("rerank", "haiku"):
        loaded = parse(written({**entry(), "model_info": {"mode": mode}}))
        assert loaded.warnings == ()
        assert loaded.config.models[0].info.surface == mode


@pytest.mark.parametrize(
    ("mode", "hint"),
    [
        ("chatt", "'chatt' is no known mode; did you mean chat?"),
        ("Embedding", "did you mean embedding?"),
        ("qqq", "'qqq' is no known mode; known are audio_speech, audio_transcription, "),
    ],
)
def test_unknown_modes(mode: str, hint: str) -> None:
    message = refusal(written({**entry(), "model_info": {"mode": mode}}))
    assert message.startswith("config.yaml:6: model_list[0].model_info.mode: ")
    assert hint in message


def test_litellm_settings_take_effect() -> None:
    sections: dict[str, Any] = {
        "litellm_settings": {"drop_params": True, "num_retries": 7, "request_timeout": 9},
    }
    rows = [
        entry(),
        {**entry(drop_params=False), "model_name": "b"},
        {**entry(unsupported="warn"), "model_name": "c"},
    ]
    config = parse(written(*rows, **sections)).config
    assert [model.params.drop_params for model in config.models] == [True, False, None]
    assert config.router.num_retries == 7
    assert config.general.request_timeout == 9

    sections["router_settings"] = {"num_retries": 2}
    sections["general_settings"] = {"request_timeout": 3}
    config = parse(written(*rows, **sections)).config
    assert config.router.num_retries == 2
    assert config.general.request_timeout == 3


def test_everything_else_in_litellm_settings_is_a_warning() -> None:
    loaded = parse(written(litellm_settings={"set_verbose": True, "callbacks": ["x"]}))
    assert [warning.split(": ")[1] for warning in loaded.warnings] == [
        "litellm_settings.set_verbose",
        "litellm_settings.callbacks",
    ]


# Without a file -----------------------------------------------------------------------------------


def test_one_model() -> None:
    config = of_model("openai/gpt-4o")
    assert config.only == "openai/gpt-4o"
    (model,) = config.models
    assert (model.name, model.params.model) == ("openai/gpt-4o", "openai/gpt-4o")
    assert config.general == General()


@pytest.mark.parametrize("model", ["", " ", "a\n", "openai/*", " a"])
def test_no_model(model: str) -> None:
    with pytest.raises(ConfigFileError, match=r"\A--model: "):
        of_model(model)
