"""The rows say what their sources say: the pages, the official schemas, the recorded traffic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import material
import pytest

from jackfield_openai_catalogue.lookup import only_on, row, served_on
from jackfield_openai_catalogue.reserved import RESPONSES_ONLY, TEXT_ONLY, TRANSCRIBERS
from jackfield_openai_catalogue.rows import ROWS

SURFACES = {
    "CreateCompletionRequest": "text_completion",
    "CreateEmbeddingRequest": "embedding",
    "CreateImageRequest": "image",
    "CreateModerationRequest": "moderation",
    "CreateSpeechRequest": "speech",
    "CreateTranscriptionRequest": "transcription",
    "CreateTranslationRequest": "translation",
    "ImageGenTool": "image",
    "VideoModel": "video",
}
MODEL = re.compile(
    r"(?:gpt|o\d|chatgpt|codex|computer-use|text-embedding|text-moderation|omni-moderation|whisper|"
    r"tts|dall-e|sora|davinci|babbage)(?:[-.]|$)"
)
NAME = re.compile(r"(?<![\w.-])(?:gpt-|o\d|ft:|whisper-|text-embedding-)[\w.:-]*[\w-]")


@pytest.fixture(params=["openai_docs_earlier.md", "openai_docs_later.md"])
def page(request: pytest.FixtureRequest, needs_shared: Path) -> str:
    return (needs_shared / "seeds" / str(request.param)).read_text("utf-8")


@pytest.fixture
def later(needs_shared: Path) -> str:
    return (needs_shared / "seeds" / "openai_docs_later.md").read_text("utf-8")


def ticked(text: str) -> tuple[str, ...]:
    """What stands between backticks, outside of parentheses."""
    return tuple(re.findall(r"`([^`]+)`", re.sub(r"\(.*?\)", "", text)))


def test_every_name_in_a_page_has_a_row(page: str) -> None:
    names = set(NAME.findall(page))
    assert {"gpt-4o", "o1-mini", "ft:gpt-4-0613", "text-embedding-ada-002"} <= names
    assert len(names) > 25
    assert not {name for name in names if row(name) is None}


def tables(page: str) -> Iterator[tuple[str, list[str]]]:
    """Each row of a table of models: the heading that it is under, and its cells."""
    heading, head = "", None
    for line in page.splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            head = None
        elif head is None:
            head = cells
        elif head[0] in ("Model", "Model Name") and not set(line) <= set("|-: "):
            yield heading, cells


def bases(cells: list[str]) -> set[str]:
    """The models that a row of a table is about; of a fine-tuned one the base."""
    name = cells[0].removeprefix("fine tuned ").strip("` ")
    called = re.findall(r'completion\(model="([^"]+)"', " ".join(cells))
    return {name, *(model.removeprefix("ft:") for model in called)}


def test_every_row_of_a_table_has_a_dated_row_of_its_own(page: str) -> None:
    found = list(tables(page))
    assert len({heading for heading, _ in found}) >= 3
    assert len(found) > 30
    for _, cells in found:
        for name in bases(cells):
            facts = ROWS[name]
            assert facts["source"], name
            assert date.fromisoformat(facts["as_of"]), name


def test_models_are_what_their_tables_say(page: str) -> None:
    """Vision models see, transcribers transcribe, chat models are on chat or reached by it."""
    seen = set()
    for heading, cells in tables(page):
        for name in bases(cells):
            facts = ROWS[name]
            if "Vision" in heading:
                seen.add("vision")
                assert "image" in facts["input"], name
            elif "Audio Transcription" in heading:
                seen.add("audio")
                assert "transcription" in facts["surfaces"], name
                assert "audio" in facts["input"], name
                assert name in TRANSCRIBERS
            else:
                seen.add("chat")
                assert {"chat", "responses"} & {*facts["surfaces"]}, name
            if "Fine Tuned" in heading:
                seen.add("tuned")
                assert row(f"ft:{name}:someone::1") is not None
    assert seen >= {"vision", "chat", "tuned"}
    assert ("audio" in seen) == ("gpt-4o-transcribe" in page)


def test_an_alias_has_the_facts_of_what_the_page_calls_for_it(page: str) -> None:
    renamed = [bases(cells) for _, cells in tables(page) if len(bases(cells)) > 1]
    assert {"gpt-4-turbo-preview", "gpt-4-0125-preview"} in renamed
    for names in renamed:
        first, *others = (ROWS[name] for name in sorted(names))
        assert all(other == first for other in others), names


def test_the_effort_table_holds_as_written(later: str) -> None:
    table = re.findall(r"^\| `([\w.-]+)` \| `(\w+)` \| (.+) \|$", later, re.MULTILINE)
    assert len(table) == 8
    assert "high only" in " ".join(values for _, _, values in table).replace("`", "")
    for name, default, values in table:
        assert ROWS[name]["effort"] == ticked(values), name
        assert ROWS[name]["effort_default"] == default, name


def test_verbosity_holds_as_written(later: str) -> None:
    line = re.search(r"It accepts three values: (.+)\.", later)
    models = re.search(r"\*\*Supported models:\*\* (.+)", later)
    without = re.search(r"GPT-5-Codex models \((.+)\) do \*\*not\*\* support", later)
    assert line
    assert models
    assert without
    values = tuple(value.strip('"') for value in ticked(line[1]))
    for name in ticked(models[1]):
        assert ROWS[name]["verbosity"] == values, name
    for name in ticked(without[1]):
        assert ROWS[name]["verbosity"] == (), name


def test_summaries_hold_as_written(later: str) -> None:
    note = re.search(r"GPT-5 series models support .+", later)
    assert note
    assert "(o3-pro, o4-mini, o3) support all three" in note[0]
    assert "o3-mini and o1 do not support" in note[0]
    for name in ("o3-pro", "o4-mini", "o3"):
        assert set(ROWS[name]["summary"]) == {"auto", "concise", "detailed"}
    for name in ("o3-mini", "o1"):
        assert ROWS[name]["summary"] == ()
    for name in ("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-pro", "gpt-5-codex", "gpt-5.1"):
        assert ROWS[name]["summary"] == ("auto", "detailed")


def test_gpt_5_pro_holds_as_written(later: str) -> None:
    notes = later.partition("## GPT-5 Pro Special Notes")[2]
    facts = ROWS["gpt-5-pro"]
    tokens = re.search(r"\*\*Context Window\*\*: ([\d,]+) tokens input, ([\d,]+) tokens out", notes)
    prices = re.search(r"\*\*Pricing\*\*: (.+)", notes)
    assert tokens
    assert prices
    most = tuple(int(number.replace(",", "")) for number in tokens.groups())
    assert (facts["max_input_tokens"], facts["max_output_tokens"]) == most
    assert facts["context_window"] == most[0]
    assert [float(price) for price in re.findall(r"\$([\d.]+)", prices[1])] == [
        facts["prices"][key] for key in ("input", "output", "batch_input", "batch_output")
    ]
    assert set(facts["prices"]) == {"input", "output", "batch_input", "batch_output"}
    tools = re.search(r"\*\*Tools\*\*: Supports (.+?) \(", notes)
    assert tools
    assert facts["tools"] == tuple(tool.lower().replace(" ", "_") for tool in tools[1].split(", "))
    assert "not Code Interpreter or Computer Use" in notes
    assert {"code_interpreter", "computer_use", "computer_use_preview"} <= {
        *facts["tools_excluded"]
    }
    assert "**Modalities**: Text and Image input, Text output only" in notes
    assert (facts["input"], facts["output"]) == (("text", "image"), ("text",))
    assert "Does not support streaming" in notes
    assert facts["streaming"] is False
    assert "**Responses API Only**" in notes
    assert facts["surfaces"] == ("responses",)
    assert "highest effort reasoning" in notes
    assert (facts["effort"], facts["effort_default"]) == (("high",), "high")
    assert facts["source"] == "LiteLLM's OpenAI page (later)"


def test_snapshots_that_the_page_lists_agree_with_their_names() -> None:
    for name in ("gpt-5", "gpt-5-mini", "gpt-5-nano"):
        assert ROWS[f"{name}-2025-08-07"] == ROWS[name]


# The official schemas ---------------------------------------------------------------------------


def enumerated(node: Any) -> Iterator[str]:
    """Every value of every enum below ``node``."""
    if isinstance(node, dict):
        yield from node.get("enum", ())
        for value in node.values():
            yield from enumerated(value)
    elif isinstance(node, list):
        for value in node:
            yield from enumerated(value)


@pytest.fixture
def definitions(needs_shared: Path) -> dict[str, Any]:
    document = material.schemas()
    assert document is not None
    defs: dict[str, Any] = document["$defs"]
    return defs


def lists(node: Any) -> Iterator[list[str]]:
    """Every list of allowed values below ``node``; a constant is a list of one."""
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield [value for value in node["enum"] if isinstance(value, str)]
        if isinstance(node.get("const"), str):
            yield [node["const"]]
        for value in node.values():
            yield from lists(value)
    elif isinstance(node, list):
        for value in node:
            yield from lists(value)


def test_every_model_of_the_schemas_has_a_row(definitions: dict[str, Any]) -> None:
    """In whatever list it stands: a list with one model in it is a list of models."""
    of_models = [values for values in lists(definitions) if any(map(MODEL.match, values))]
    assert len(of_models) >= 10
    named = {name for values in of_models for name in values}
    assert len(named) > 130
    assert named <= ROWS.keys()
    for definition in ("ModelIdsShared", "ModelIdsResponses", "ModelIdsCompaction"):
        assert {name for values in lists(definitions[definition]) for name in values} <= named


def test_every_model_that_a_definition_names_is_among_them(definitions: dict[str, Any]) -> None:
    def model_properties(node: Any) -> Iterator[Any]:
        if isinstance(node, dict):
            properties = node.get("properties")
            if isinstance(properties, dict) and "model" in properties:
                yield properties["model"]
            for value in node.values():
                yield from model_properties(value)
        elif isinstance(node, list):
            for value in node:
                yield from model_properties(value)

    named = {name for node in model_properties(definitions) for name in enumerated(node)}
    assert len(named) > 20
    assert named <= ROWS.keys()


def test_models_are_served_where_the_schemas_list_them(definitions: dict[str, Any]) -> None:
    for definition, surface in SURFACES.items():
        node = definitions[definition]
        listed = set(enumerated(node if surface == "video" else node["properties"]["model"]))
        assert listed
        assert listed <= served_on(surface), definition
    assert set(enumerated(definitions["CreateCompletionRequest"]["properties"]["model"])) == {
        *TEXT_ONLY
    }
    assert set(enumerated(definitions["CreateTranscriptionRequest"]["properties"]["model"])) == {
        *TRANSCRIBERS
    }


def test_what_the_schemas_list_for_responses_only_is_on_responses_only(
    definitions: dict[str, Any],
) -> None:
    shared = set(enumerated(definitions["ModelIdsShared"]))
    for_responses = set(enumerated(definitions["ModelIdsResponses"]))
    assert for_responses - shared <= RESPONSES_ONLY
    assert all({"chat", "responses"} & {*ROWS[name]["surfaces"]} for name in shared)


def test_efforts_are_the_schemas_words(definitions: dict[str, Any]) -> None:
    words = set(enumerated(definitions["ReasoningEffort"]))
    for name, facts in ROWS.items():
        assert {*facts.get("effort", ())} <= words, name


# The recorded traffic ---------------------------------------------------------------------------

ENDPOINTS = {
    "/chat/completions": "chat",
    "/responses": "responses",
    "/completions": "text_completion",
    "/embeddings": "embedding",
    "/audio/transcriptions": "transcription",
    "/audio/translations": "translation",
    "/audio/speech": "speech",
    "/images/generations": "image",
    "/moderations": "moderation",
}


def test_nothing_that_the_api_accepted_contradicts_a_row(needs_shared: Path) -> None:
    seen = 0
    for exchange in material.recorded():
        body, surface = exchange["request"].get("json"), ENDPOINTS.get(exchange["ep"])
        if exchange["response"]["status"] != 200 or surface is None or not isinstance(body, dict):
            continue
        facts = row(str(body.get("model")))
        if facts is None:
            continue
        seen += 1
        where = exchange["id"], body["model"]
        assert surface in facts["surfaces"], where
        reasoning = body.get("reasoning") or {}
        effort = body.get("reasoning_effort") or reasoning.get("effort")
        assert effort is None or effort in facts.get("effort", (effort,)), where
        summary = reasoning.get("summary")
        assert summary is None or summary in facts.get("summary", (summary,)), where
        assert not (body.get("stream") and facts.get("streaming") is False), where
        if facts.get("mapping") == "reasoning" and surface == "chat":
            assert "max_tokens" not in body, where
        functions = [tool for tool in body.get("tools") or () if tool.get("type") == "function"]
        if functions and effort not in (None, "none"):
            assert surface in facts.get("tools_while_reasoning", (surface,)), where
    assert seen > 500


# All rows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_agrees_with_itself(name: str) -> None:
    facts = ROWS[name]
    assert facts["surfaces"]
    assert len({*facts["surfaces"]}) == len(facts["surfaces"])
    default = facts.get("effort_default")
    assert default in (None, "adaptive") or default in facts.get("effort", (default,))
    if prices := facts.get("prices"):
        assert prices["input"] <= prices["output"]
        for side in ("input", "output"):
            assert prices.get(f"batch_{side}", prices[side] / 2) == pytest.approx(prices[side] / 2)
    assert {*facts.get("tools_while_reasoning", ())} <= {*facts["surfaces"]}
    window = facts.get("context_window")
    assert window is None or facts.get("max_output_tokens", 0) <= window


def test_decision_19_covers_gpt_5_and_the_o_series() -> None:
    for name, facts in ROWS.items():
        family = name.startswith("gpt-5") and not name.startswith("gpt-5-chat")
        family = family or re.match(r"o\d", name) is not None
        assert ("mapping" in facts) == family, name


def test_only_the_first_o1_models_reject_roles() -> None:
    assert {name for name, facts in ROWS.items() if facts.get("rejects_roles")} == {
        *("o1-mini", "o1-mini-2024-09-12", "o1-preview", "o1-preview-2024-09-12"),
    }
    assert ROWS["o1-mini"]["rejects_roles"] == ("system", "developer")


def test_codex_models_have_no_minimal_effort_and_no_verbosity() -> None:
    for name in ("gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-mini", "gpt-5.1-codex-max"):
        assert "minimal" not in ROWS[name]["effort"]
        assert ROWS[name]["verbosity"] == ()
        assert name in only_on("responses")
