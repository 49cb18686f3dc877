"""plugins, explain, params, models: what people read and what programs read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import plugging
import pytest
from click.testing import Result

import jackfield
from jackfield.discovery import Plugin
from jackfield.manifest import Manifest
from jackfield.params import Param, ParamSet
from jackfield_cli.catalogue import find, namings
from jackfield_cli.commands.explain import _lines
from jackfield_cli.upstream import upstream_for

Run = Callable[..., Result]


# plugins ------------------------------------------------------------------------------------------


def test_plugins_are_listed(run: Run) -> None:
    shown = run("plugins")
    assert shown.exit_code == 0
    line = next(line for line in shown.stdout.splitlines() if "jackfield-openai " in line)
    for word in ("openai", "0.1.0", "chat", "openai/", "ok"):
        assert word in line
    assert "describes chat" in shown.stdout


def test_plugins_as_json(run: Run) -> None:
    listed = json.loads(run("plugins", "--json").stdout)
    [chat] = [plugin for plugin in listed if plugin["distribution"] == "jackfield-openai"]
    assert chat["state"] == "ok"
    assert chat["surfaces"] == ["chat"]


def test_json_may_come_before_the_command(run: Run) -> None:
    assert run("--json", "plugins").stdout == run("plugins", "--json").stdout


def test_a_plugin_that_failed_or_is_off_is_shown_and_the_exit_code_is_0(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = [
        Plugin("bad", "acme-bad", "1.0", error="ImportError: no module named 'x'\x1b[31m"),
        Plugin("off", "acme-off", "2.0", enabled=False),
        Plugin("fine", "acme-fine", None, manifest=Manifest(name="fine")),
    ]
    monkeypatch.setattr(jackfield.Client, "plugins", lambda _: plugins)
    shown = run("plugins")
    assert shown.exit_code == 0
    assert "failed: ImportError: no module named 'x'" in shown.stdout
    assert "\x1b" not in shown.stdout
    states = [plugin["state"] for plugin in json.loads(run("plugins", "--json").stdout)]
    assert states == ["failed", "off", "ok"]


# explain ------------------------------------------------------------------------------------------


def test_explain(run: Run) -> None:
    shown = run("explain", "gpt-4o").stdout
    for words in (
        "openai/gpt-4o",
        "jackfield-openai 0.1.0",
        "prefix: every name below 'openai/'",
        "https://api.openai.com/v1 (the default)",
    ):
        assert words in shown


def test_explain_shows_the_base_url_in_effect_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:hush@gateway.test/v1")
    assert "https://…@gateway.test/v1 (from $OPENAI_BASE_URL)" in run("explain", "gpt-4o").stdout
    route = json.loads(run("explain", "gpt-4o", "--json").stdout)
    assert route["base_url_from"] == "OPENAI_BASE_URL"
    assert "hush" not in json.dumps(route)
    assert route["model"] == "gpt-4o"


def test_the_upstream_of_a_model_that_only_chat_serves_is_the_chat_providers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.test/v1")
    plugins = ["openai", "openai-responses", plugging.provider("acme", "https://acme.test/v1")]
    with jackfield.Client(plugins=plugins) as client:
        route = client.explain("acme/m", "responses")
        upstream = upstream_for(client, route)
    assert (upstream.base_url, upstream.base_from) == ("https://acme.test/v1", None)
    lines = dict(_lines("acme/m", {**route, "base_url_from": None, "version": None}))
    assert lines["served over"] == "chat, by acme"


@pytest.mark.parametrize("command", ["explain", "params"])
def test_a_model_that_nobody_serves(run: Run, command: str) -> None:
    failed = run(command, "nosuch/model")
    assert failed.exit_code == 1
    assert failed.stdout == ""
    assert "no installed plugin serves 'nosuch/model'" in failed.stderr
    assert "Hint: `jackfield plugins`" in failed.stderr


def test_a_surface_that_there_is_not(run: Run) -> None:
    failed = run("explain", "gpt-4o", "--surface", "smell")
    assert failed.exit_code == 1
    assert "no surface 'smell'" in failed.stderr or "smell" in failed.stderr


# params -------------------------------------------------------------------------------------------


def test_params(run: Run) -> None:
    shown = run("params", "gpt-5-mini").stdout
    row = next(line for line in shown.splitlines() if line.strip().startswith("max_tokens"))
    assert row.split()[:4] == ["max_tokens", "mapped", "any", "max_completion_tokens"]
    assert "none, minimal, low, medium, high" in shown
    assert shown.endswith("Everything else is sent as given.\n")
    assert "not in the catalogue" not in shown


def test_params_of_a_model_that_is_not_catalogued(run: Run) -> None:
    assert "gpt-4x is not in the catalogue" in run("params", "gpt-4x").stdout
    assert json.loads(run("params", "gpt-4x", "--json").stdout)["catalogued"] is False


@pytest.mark.parametrize("name", ["gpt-5", "openai/gpt-5", "gpt-5-2031-01-01", "ft:gpt-5:me::x"])
def test_every_spelling_of_a_catalogued_model_is_catalogued(run: Run, name: str) -> None:
    document = json.loads(run("params", name, "--json").stdout)
    assert document["catalogued"] is True
    assert document["params"]["max_tokens"]["maps_to"] == "max_completion_tokens"


def test_every_kind_of_row_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {
        "a": Param("unsupported", "never"),
        "b": Param(refuses=("x", "y")),
        "c": Param("mapped", to={"system": "user"}),
        "d": Param("mapped", "not on the wire"),
    }
    monkeypatch.setattr(jackfield.Client, "supported_params", lambda *_: ParamSet(rows))
    lines = run("params", "gpt-4o").stdout.splitlines()[2:6]
    shown = [" ".join(line.split()) for line in lines]
    assert shown == [
        "a unsupported - - never",
        "b native all but x, y -",
        "c mapped any system → user",
        "d mapped any (not sent) not on the wire",
    ]
    document = json.loads(run("params", "gpt-4o", "--json").stdout)
    assert document["params"]["c"]["to"] == {"system": "user"}


@pytest.mark.parametrize(
    ("model", "surface"),
    [
        ("gpt-4o", "chat"),
        ("gpt-4x", "chat"),
        ("gpt-3.5-turbo-instruct", "text_completion"),
        ("text-completion-openai/davinci-002", "text_completion"),
        ("text-embedding-3-small", "embedding"),
        ("openai/whisper-1", "transcription"),
        ("tts-1", "speech"),
        ("sora-2-2031-02-03", "video"),
    ],
)
def test_the_surface_is_the_models_own(run: Run, model: str, surface: str) -> None:
    document = json.loads(run("params", model, "--json").stdout)
    assert document["surface"] == surface
    assert json.loads(run("explain", model, "--json").stdout)["surface"] == surface
    named = run("params", model, "--surface", surface, "--json")
    assert json.loads(named.stdout) == document
    assert run("params", model).exit_code == 0


def test_params_of_another_surface_say_so(run: Run) -> None:
    shown = run("params", "tts-1").stdout
    assert "stream_format" in shown
    assert shown.endswith("is sent as given. Surface: speech.\n")
    assert run("params", "tts-1", "--surface", "smell").exit_code == 1


# models -------------------------------------------------------------------------------------------


def test_every_figure_of_gpt_5_pro(run: Run) -> None:
    shown = " ".join(run("models", "gpt-5-pro").stdout.split())
    for fact in (
        "surfaces responses only",
        "context window 400,000 tokens",
        "max input 400,000 tokens",
        "max output 272,000 tokens",
        "reasoning effort high only (default: high)",
        "verbosity low, medium, high",
        "streaming no",
        "tools web_search, file_search, image_generation, mcp",
        "tools excluded code_interpreter, computer_use",
        "input text, image",
        "output text only",
        "price, input $15.00 per million tokens",
        "price, output $120.00 per million tokens",
        "price, batch input $7.50 per million tokens",
        "price, batch output $60.00 per million tokens",
        "source LiteLLM's OpenAI page (later)",
        "as of 2025-11-13",
    ):
        assert fact in shown


def test_one_model_as_json_is_its_row(run: Run) -> None:
    shown = json.loads(run("models", "gpt-5-pro", "--json").stdout)
    row = jackfield.list_models()["openai/gpt-5-pro"]
    assert json.loads(json.dumps(dict(row))).items() <= shown.items()
    assert shown["tools"] == ["web_search", "file_search", "image_generation", "mcp"]


def test_no_fact_of_any_row_is_left_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"surfaces": ("chat",), "colour": "blue", "prices": {"input": 0.125, "per_image": 2}}
    monkeypatch.setattr(jackfield.Client, "list_models", lambda _: {"acme/m": row})
    shown = " ".join(run("models", "m").stdout.split())
    assert "colour blue" in shown
    assert "price, input $0.125 per million tokens price, per_image $2.00" in shown


def test_the_table(run: Run) -> None:
    shown = run("models")
    assert "…" not in shown.stdout
    line = next(line for line in shown.stdout.splitlines() if " openai/gpt-5 " in line)
    for cell in ("400,000", "128,000", "minimal, low, medium, high (medium)", "$1.25   $10.00"):
        assert cell in line
    assert len(json.loads(run("models", "--json").stdout)) == len(jackfield.list_models())


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["O3-mini*"], {"openai/o3-mini", "openai/o3-mini-2025-01-31"}),
        (["ransl"], set()),
        (["whisper"], {"openai/whisper-1"}),
        (["--surface", "translation"], {"openai/whisper-1"}),
        (["gpt-4o", "--surface", "speech"], {"openai/gpt-4o-mini-tts"}),
    ],
)
def test_filters(run: Run, args: list[str], expected: set[str]) -> None:
    shown = run("models", *args, "--json")
    names = {row["name"] for row in json.loads(shown.stdout or "[]")}
    assert expected <= names
    assert (shown.exit_code == 0) == bool(expected)


def test_a_model_that_is_not_catalogued(run: Run) -> None:
    failed = run("models", "gpt-5-prp")
    assert failed.exit_code == 1
    assert "Did you mean gpt-5-pro" in failed.stderr


def test_a_fine_tuned_model_has_the_row_of_its_base_without_prices(run: Run) -> None:
    shown = json.loads(run("models", "ft:gpt-4o-mini:acme::1", "--json").stdout)
    assert shown["name"] == "openai/gpt-4o-mini"
    assert shown["variant"] == "ft:gpt-4o-mini:acme::1"
    assert "prices" not in shown
    assert "a variant of it" in run("models", "gpt-4.1-2031-02-03").stdout


def test_two_providers_of_one_name_are_both_found() -> None:
    rows: Mapping[str, Mapping[str, Any]] = {"a/m": {}, "b/m": {}, "b/other": {}}
    assert [entry.name for entry in find(rows, "m")] == ["a/m", "b/m"]
    assert [entry.name for entry in find(rows, "b/m")] == ["b/m"]
    assert find(rows, "c/m") == []
    variants = namings(jackfield.Client())
    assert [entry.name for entry in find(rows, "b/m-2031-02-03", variants)] == ["b/m"]
