"""Entries that don't go together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.config import Config, ConfigFileError, parse

_HEAD = "model_list:\n"


def entry(name: str, model: str = "gpt-4o", **more: str) -> str:
    """An entry on one line."""
    rest = "".join(f", {key}: {value}" for key, value in more.items())
    return f'- {{model_name: "{name}", params: {{model: "{model}"}}{rest}}}\n'


def refusal(text: str) -> list[str]:
    with pytest.raises(ConfigFileError) as caught:
        parse(text)
    return str(caught.value).splitlines()


def fine(text: str) -> Config:
    loaded = parse(text)
    assert loaded.warnings == ()
    return loaded.config


# Keys ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["*", "*/*", "*/gpt-4o"])
def test_a_key_goes_to_one_provider(model: str) -> None:
    row = f'- {{model_name: "*/*", params: {{model: "{model}", api_key: k%s}}}}\n'
    (message,) = refusal(_HEAD + row % "")
    assert message.startswith("config.yaml:2: model_list[0].params.api_key: with the model ")
    assert "whatever provider" in message
    fine(_HEAD + row % ", api_base: 'http://h/v1'")
    fine((_HEAD + row % "").replace(", api_key: k", ""))
    fine((_HEAD + row % "").replace(f'model: "{model}"', 'model: "openai/*"'))


# Duplicates ---------------------------------------------------------------------------------------


def test_several_deployments_of_a_name() -> None:
    assert len(fine(_HEAD + entry("a", "x") + entry("a", "y")).models) == 2


def test_deployments_that_differ_in_their_keys_only() -> None:
    rows = "".join(f"- {{model_name: a, params: {{model: x, api_key: k{n}}}}}\n" for n in range(3))
    assert len(fine(_HEAD + rows).models) == 3


def test_a_duplicate_names_both_lines() -> None:
    (message,) = refusal(_HEAD + entry("a", "x") + entry("b", "x") + entry("a", "x"))
    assert message == (
        "config.yaml:4: model_list[2]: a duplicate of the entry on line 2: same name, same params"
    )


def test_a_duplicate_under_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "k")
    (message,) = refusal(
        "model_list:\n"
        "- {model_name: a, params: {model: x, api_key: k, base_url: 'http://h'}}\n"
        "- {model_name: a, litellm_params: {api_base: 'http://h', model: x,\n"
        "   api_key: os.environ/MY_KEY}}\n"
    )
    assert message.startswith("config.yaml:3: model_list[1]: a duplicate of the entry on line 2")


def test_deployments_of_a_name_have_one_mode() -> None:
    chat, speech = "{mode: chat}", "{mode: speech}"
    (message,) = refusal(
        _HEAD + entry("a", "x", model_info=chat) + entry("a", "y", model_info=speech)
    )
    assert message.startswith("config.yaml:3: model_list[1].model_info.mode: is speech, but ")
    assert "line 2 is chat" in message
    fine(_HEAD + entry("a", "x", model_info=chat) + entry("b", "y", model_info=speech))
    fine(_HEAD + entry("a", "x", model_info=chat) + entry("a", "y"))


def test_one_mode_in_two_spellings() -> None:
    ours, theirs = "{mode: speech}", "{mode: audio_speech}"
    fine(_HEAD + entry("a", "x", model_info=ours) + entry("a", "y", model_info=theirs))


def test_ids_are_unique() -> None:
    one = "{id: one}"
    (message,) = refusal(_HEAD + entry("a", model_info=one) + entry("b", model_info=one))
    assert message == (
        "config.yaml:3: model_list[1].model_info.id: is the id of the entry on line 2 too"
    )


# Wildcards ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [("*", "openai/*"), ("openai/*", "openai/*"), ("*", "gpt-4o"), ("a*b*", "c*d*"), ("*", "*")],
)
def test_wildcards(name: str, model: str) -> None:
    fine(_HEAD + entry(name, model))


@pytest.mark.parametrize(("name", "model"), [("a", "openai/*"), ("a*", "b*c*"), ("a", "*")])
def test_wildcards_without_a_place(name: str, model: str) -> None:
    (message,) = refusal(_HEAD + entry(name, model))
    assert message.startswith('config.yaml:2: model_list[0].params.model: "*" stands for ')


# Fallbacks ----------------------------------------------------------------------------------------


def test_fallbacks_of_entries_and_of_the_router() -> None:
    config = fine(
        _HEAD
        + entry("a", fallbacks="[b]")
        + entry("b")
        + entry("c")
        + entry("open/*", "x")
        + "router_settings: {fallbacks: [{a: [c, b]}, {b: [c], open/z: [open/y]}]}\n"
        + "litellm_settings: {fallbacks: [{b: [open/x]}]}\n"
    )
    assert [model.fallbacks for model in config.models] == [("b", "c"), ("c", "open/x"), (), ()]
    assert config.router.fallbacks == {
        "a": ("c", "b"),
        "b": ("c", "open/x"),
        "open/z": ("open/y",),
    }


def test_fallbacks_that_lead_nowhere() -> None:
    found = refusal(
        _HEAD
        + entry("gpt-4", fallbacks="[gpt-5, x]")
        + entry("gpt-5x")
        + "router_settings:\n  fallbacks:\n  - gpt-4: [qq]\n    zz: [gpt-4]\n"
    )
    assert found == [
        "config.yaml:2: model_list[0].fallbacks: no entry of model_list serves 'gpt-5'; did you "
        "mean 'gpt-5x'?",
        "config.yaml:2: model_list[0].fallbacks: no entry of model_list serves 'x'",
        "config.yaml:6: router_settings.fallbacks[0].gpt-4: no entry of model_list serves 'qq'",
        "config.yaml:7: router_settings.fallbacks[0].zz: no entry of model_list serves 'zz'",
    ]


def test_patterns_are_no_fallbacks_unless_they_mean_one_model() -> None:
    fine(_HEAD + entry("a", fallbacks="['*']") + entry("*", "gpt-4o"))
    (message,) = refusal(_HEAD + entry("a", fallbacks="['*']") + entry("*", "openai/*"))
    assert message.endswith("'*' is a pattern; a fallback needs one model")


def test_a_wildcard_may_fall_back_on_a_name_that_it_serves() -> None:
    fine(_HEAD + entry("*", "openai/*", fallbacks="[gpt-4o, gpt-4o-mini]"))


def test_a_fallback_on_itself() -> None:
    (message,) = refusal(_HEAD + entry("a", fallbacks="[a]"))
    assert message == "config.yaml:2: model_list[0].fallbacks: falls back on itself"


def test_a_circle() -> None:
    (message,) = refusal(
        _HEAD
        + entry("a", fallbacks="[b]")
        + entry("b", "x", fallbacks="[d, c]")
        + entry("b", "y")
        + entry("c", fallbacks="[a]")
        + entry("d")
    )
    assert message.endswith("fallbacks: goes in a circle: 'a' → 'b' → 'c' → 'a'")


def test_a_circle_through_the_router() -> None:
    (message,) = refusal(
        _HEAD
        + entry("a", fallbacks="[b]")
        + entry("b")
        + "router_settings: {fallbacks: [{b: [a]}]}"
    )
    assert "goes in a circle" in message


def test_a_long_chain() -> None:
    rows = [entry(f"m{n}", fallbacks=f"[m{n + 1}]") for n in range(2000)]
    fine(_HEAD + "".join(rows) + entry("m2000"))
    assert "circle" in refusal(_HEAD + "".join(rows) + entry("m2000", fallbacks="[m0]"))[0]


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(0, 5), max_size=3)))
def test_circles_are_found_exactly(edges: dict[int, list[int]]) -> None:
    rows = [
        entry(f"m{n}", fallbacks=str([f"m{o}" for o in dict.fromkeys(edges.get(n, []))]))
        for n in range(6)
    ]
    reach = {n: set(edges.get(n, ())) for n in range(6)}
    for _ in range(6):
        for found in reach.values():
            found |= {far for near in list(found) for far in reach[near]}
    if any(n in found for n, found in reach.items()):
        for message in refusal(_HEAD + "".join(rows)):
            if "circle" in message:
                loop = [int(name[2]) for name in message.split(": ")[-1].split(" → ")]
                assert loop[0] == loop[-1]
                assert all(b in edges[a] for a, b in pairwise(loop))
            else:
                line = int(message.split(":")[1])
                assert line - 2 in edges[line - 2]
    else:
        fine(_HEAD + "".join(rows))


# Names in other sections --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpt-4", "'*'"])
def test_the_default_deployment(name: str) -> None:
    text = (
        _HEAD
        + entry("gpt-4")
        + entry("*", "openai/*")
        + f"general_settings: {{default_deployment: {name}}}"
    )
    assert fine(text).general.default_deployment == name.strip("'")


def test_a_default_deployment_that_is_not_there() -> None:
    (message,) = refusal(_HEAD + entry("gpt-4") + "general_settings:\n  default_deployment: gpt4\n")
    assert message == (
        "config.yaml:4: general_settings.default_deployment: no entry of model_list is named "
        "'gpt4'; did you mean 'gpt-4'?"
    )
