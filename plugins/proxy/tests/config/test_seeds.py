"""The configurations that the reference pages show, as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jackfield_proxy.config import Config, describe, parse, read

_YAML = re.compile(r"^```yaml[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def pages(needs_shared: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Each YAML block of the pages, with a name; the variable that they use is set."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    return [
        (f"{page.name}#{number}", found[1])
        for page in sorted((needs_shared / "seeds").glob("*.md"))
        for number, found in enumerate(_YAML.finditer(page.read_text("utf-8")))
    ]


def test_all_of_them_load_without_a_warning(pages: list[tuple[str, str]], tmp_path: Path) -> None:
    assert len(pages) >= 9
    for name, text in pages:
        loaded = parse(text, name)
        assert loaded.warnings == (), name
        key = loaded.config.models[0].params.api_key
        assert key is not None
        assert key.reveal() == "sk-0123456789"
        path = tmp_path / "config.yaml"
        path.write_text(text, "utf-8")
        assert read(path).config.models == loaded.config.models
        assert {row["key"] for row in describe(loaded.config)} == {"os.environ/OPENAI_API_KEY"}


def test_each_setting_of_theirs_is_there(pages: list[tuple[str, str]]) -> None:
    configs: list[Config] = [parse(text).config for _, text in pages]
    assert any(config.general.forward_openai_org_id for config in configs)
    assert any(config.general.master_key is not None for config in configs)
    modes = {model.info.surface for config in configs for model in config.models}
    assert modes == {None, "transcription"}
    assert {"*", "openai-model"} <= {m.name for config in configs for m in config.models}
