"""Built wheels in clean environments: what each set of distributions can do, and what it names."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from jackfield_testing import Sandbox

OPENAI = ("core", "openai_catalogue", "openai")
CALL = """
    import jackfield
    messages = [{"role": "user", "content": "Hello there"}]
"""


def failing(call: str) -> str:
    return f"""
    {CALL}
    try:
        {call}
    except jackfield.JackfieldError as error:
        out["kind"], out["text"] = type(error).__name__, str(error)
        out["distribution"] = getattr(error, "distribution", None)
    """


def test_nothing_of_the_checkout_is_in_a_clean_environment(environment: Any, root: Path) -> None:
    out = environment("core").run(
        "import sys, jackfield\nout['p'] = [jackfield.__file__, *sys.path]"
    )
    ours = [root / name for name in ("core", "plugins", ".venv")]
    assert not [path for path in out["p"] if any(Path(path).is_relative_to(o) for o in ours)]


def test_core_alone_imports_and_says_what_to_install(environment: Any) -> None:
    out = environment("core").run(failing('jackfield.completion("gpt-4o", messages)'))
    assert out["kind"] == "NoRouteError"
    assert "pip install" in out["text"]
    assert "jackfield[openai]" in out["text"]


def test_core_alone_still_folds_streams(environment: Any) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}
    out = environment("core").run(
        f"import jackfield\nr = jackfield.stream_chunk_builder([{chunk!r}])\n"
        "out['text'] = r.choices[0].message.content"
    )
    assert out["text"] == "x"


def test_the_openai_plugin_talks_to_an_upstream(
    environment: Any, sandbox: Sandbox, variables: dict[str, str]
) -> None:
    out = environment(*OPENAI).run(
        f"""
        {textwrap.dedent(CALL)}
        import asyncio
        out["text"] = jackfield.completion("gpt-4o", messages).choices[0].message.content
        chunks = list(jackfield.completion("openai/gpt-4o", messages, stream=True))
        out["streamed"] = jackfield.stream_chunk_builder(chunks).choices[0].message.content
        result = asyncio.run(jackfield.acompletion("gpt-4o", messages))
        out["asynchronous"] = result.choices[0].message.content
        out["versions"] = {{p.distribution: p.version for p in jackfield.plugins()}}
        out["models"] = len(jackfield.list_models())
        """.replace("\n        ", "\n"),
        **variables,
    )
    assert "Hello there" in out["text"]
    assert out["text"] == out["streamed"] == out["asynchronous"]
    assert out["versions"] == {"jackfield": "0.1.0", "jackfield-openai": "0.1.0"}
    assert out["models"] > 50
    assert len(sandbox.requests) == 3


def test_another_surface_names_its_distribution(
    environment: Any, variables: dict[str, str]
) -> None:
    out = environment(*OPENAI).run(
        failing('jackfield.completion("gpt-5-pro", messages)'), **variables
    )
    assert out["kind"] == "NoRouteError"
    assert out["distribution"] == "jackfield-openai-responses"


def test_a_third_partys_wheel_adds_a_prefix_and_nothing_else_changes(
    environment: Any, sandbox: Sandbox, variables: dict[str, str]
) -> None:
    for names in (("core", "acme"), (*OPENAI, "acme", "broken")):
        sandbox.clear()
        out = environment(*names).run(
            CALL.replace("\n    ", "\n")
            + 'out["id"] = jackfield.completion("acme/gpt-4o", messages).id\n'
            + 'out["where"] = jackfield.explain("acme/x")',
            **variables,
        )
        assert out["id"].startswith("chatcmpl-")
        assert out["where"]["distribution"] == "acme-models"
        assert sandbox.last.json["model"] == "gpt-4o"


WITH_BROKEN = (*OPENAI, "acme", "broken")


def test_a_broken_wheel_is_listed_harms_nobody_and_is_named(
    environment: Any, variables: dict[str, str]
) -> None:
    everything = environment(*WITH_BROKEN)
    out = everything.run(
        CALL.replace("\n    ", "\n")
        + 'out["id"] = jackfield.completion("gpt-4o", messages).id\n'
        + 'out["errors"] = {p.distribution: p.error for p in jackfield.plugins()}',
        **variables,
    )
    assert out["id"].startswith("chatcmpl-")
    assert out["errors"].pop("broken-models") == "RuntimeError: born broken"
    assert set(out["errors"].values()) == {None}
    out = everything.run(failing('jackfield.completion("broken/m", messages)'), **variables)
    assert out["kind"] == "NoRouteError"
    assert "broken-models" in out["text"]
    assert "born broken" in out["text"]


ENABLED = (
    "import jackfield\n"
    "out['on'] = sorted(p.name for p in jackfield.plugins() if p.usable and p.name != 'surfaces')"
)


@pytest.mark.parametrize(
    ("settings", "enabled"),
    [
        ({}, ["acme", "openai"]),
        ({"JACKFIELD_PLUGINS": "openai"}, ["openai"]),
        ({"JACKFIELD_PLUGINS": "acme-models, jackfield-openai"}, ["acme", "openai"]),
        ({"JACKFIELD_PLUGINS": ""}, ["acme", "openai"]),
        ({"JACKFIELD_PLUGINS": "nobody"}, []),
        ({"JACKFIELD_DISABLE_PLUGINS": "jackfield-openai"}, ["acme"]),
        ({"JACKFIELD_DISABLE_PLUGINS": "acme,broken"}, ["openai"]),
        ({"JACKFIELD_PLUGINS": "acme", "JACKFIELD_DISABLE_PLUGINS": "acme"}, []),
    ],
    ids=lambda value: ",".join(value) or "none",
)
def test_variables_choose_the_plugins(
    environment: Any, settings: dict[str, str], enabled: list[str]
) -> None:
    assert environment(*WITH_BROKEN).run(ENABLED, **settings)["on"] == enabled


def test_a_plugin_that_is_turned_off_is_named_where_it_is_missed(
    environment: Any, variables: dict[str, str]
) -> None:
    everything = environment(*WITH_BROKEN)
    for name in ("gpt-4o", "openai/gpt-4o", "acme/m"):
        out = everything.run(
            failing(f'jackfield.completion("{name}", messages)'),
            **variables,
            JACKFIELD_DISABLE_PLUGINS="openai,acme",
        )
        assert out["kind"] == "NoRouteError"
        assert "turned off" in out["text"]
        assert ("acme-models" if name == "acme/m" else "jackfield-openai") in out["text"]


def test_strict_mode_raises_the_first_failure(environment: Any) -> None:
    everything = environment(*WITH_BROKEN)
    out = everything.run(failing("jackfield.plugins()"), JACKFIELD_STRICT_PLUGINS="1")
    assert (out["kind"], out["distribution"]) == ("PluginError", "broken-models")
    fine = everything.run(ENABLED, JACKFIELD_STRICT_PLUGINS="1", JACKFIELD_DISABLE_PLUGINS="broken")
    assert fine["on"] == ["acme", "openai"]


def test_the_wheels_hold_their_types_and_licence_and_no_tests(wheels: dict[str, Path]) -> None:
    import zipfile

    for name in wheels.keys() - {"acme", "broken"}:
        with zipfile.ZipFile(wheels[name]) as archive:
            names = archive.namelist()
        assert [n for n in names if n.endswith("/py.typed")], name
        assert [n for n in names if n.endswith("LICENSE")], name
        assert not [n for n in names if "test" in n or "bench" in n], name
