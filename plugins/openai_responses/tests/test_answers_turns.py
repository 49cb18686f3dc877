"""Output items and the assistant's message that says what they say."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from jackfield_openai_responses.turns import items_of, message_of
from jackfield_testing.laws import bridge_answers as laws
from jackfield_testing.strategies import responses as strategies


def text(said: str, *annotations: Any, **more: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": said, "annotations": list(annotations), **more}


def message(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": list(parts), **more}


def call(number: int, **more: Any) -> dict[str, Any]:
    shape = {"call_id": f"call_{number}", "name": "f", "arguments": "{}"}
    return {"type": "function_call", **shape, **more}


CITATION = {"type": "url_citation", "start_index": 1, "end_index": 2, "url": "u", "title": "t"}
REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "One"}, {"type": "summary_text", "text": "Two"}],
    "content": [{"type": "reasoning_text", "text": "Raw"}],
    "encrypted_content": "gAAA",
}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {}}


@given(strategies.outputs())
def test_items_come_back(items: list[Any]) -> None:
    laws.turn_comes_back(message_of, items_of, items)


@given(
    st.lists(
        strategies.odd_items() | strategies.new_items() | st.sampled_from(strategies.RARE_ITEMS),
        max_size=4,
    )
)
@example([message({"type": "output_text", "text": "a", "annotations": 0})])
@example([message({"type": "output_text", "text": 0})])
@example([message({"type": "refusal", "refusal": 0})])
def test_items_of_any_shape_come_back(items: list[Any]) -> None:
    laws.turn_comes_back(message_of, items_of, items)


def test_texts_are_one_content_and_citations_point_into_it() -> None:
    path = {"type": "file_path", "file_id": "file_1", "index": 3}
    said = message_of([message(text("é🙂a"), text("bc", CITATION)), message(text("d", path))])
    assert said["content"] == "é🙂abcd"
    assert said["annotations"] == [
        {
            "type": "url_citation",
            "url_citation": {"start_index": 4, "end_index": 5, "url": "u", "title": "t"},
        },
        path,  # its index is a file's in a list
    ]


def test_annotations_that_chat_servers_have_are_kept() -> None:
    page = {"start_index": 0, "end_index": 1, "url": "u", "title": "t"}
    for note, wanted in (
        ({"type": "url_citation", "url_citation": page}, {"type": "url_citation", **page}),
        ({"type": "url_citation", "url_citation": {"type": "x"}}, None),
        ({"type": "url_citation", "url_citation": page, "x": 1}, None),
        ({"type": "other", "url_citation": page}, None),
        ("note", None),
    ):
        said = {"role": "assistant", "content": "a", "annotations": [note]}
        assert items_of(said) == [message(text("a", wanted or note))]


def test_a_message_without_text_has_no_content() -> None:
    assert message_of([]) == {"role": "assistant", "content": None, "refusal": None}
    assert message_of([message(text(""))])["content"] == ""
    refused = message_of([message({"type": "refusal", "refusal": "No."})])
    assert (refused["content"], refused["refusal"]) == (None, "No.")


def test_reasoning_is_readable_and_kept_whole() -> None:
    said = message_of([REASONING, message(text("a")), {**REASONING, "summary": []}])
    assert said["reasoning_content"] == "One\n\nTwo\n\nRaw\n\nRaw"
    assert said["reasoning_items"] == [REASONING, {**REASONING, "summary": []}]


def test_tool_calls_have_the_upstreams_call_ids() -> None:
    custom = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "g", "input": "x"}
    said = message_of([call(1, id="fc_1"), custom])
    assert said["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}},
    ]


def test_other_items_are_kept_as_they_are() -> None:
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]}
    said = message_of([SEARCH, user, {"type": "x_item", "x": None}])
    assert said["content"] is None
    kept = said["provider_specific_fields"]["output_items"]
    assert kept == [SEARCH, user, {"type": "x_item", "x": None}]


def test_nothing_is_kept_where_nothing_is_left_to_say() -> None:
    said = message_of([message(text("a")), call(1)])
    assert "provider_specific_fields" not in said
    assert items_of(said) == [message(text("a")), call(1)]


def test_a_message_that_was_changed_has_its_items_in_the_usual_order() -> None:
    given_items = [message(text("Hello", CITATION), id="msg_1"), SEARCH, call(1, id="fc_1")]
    said = message_of(given_items)
    assert items_of(said) == given_items
    changed = {**said, "content": "Hello!"}
    whole = {"type": "message", "role": "assistant", "content": [text("Hello!", CITATION)]}
    assert items_of(changed) == [SEARCH, whole, call(1)]
    fewer = {**said, "tool_calls": []}
    assert items_of(fewer) == [
        SEARCH,
        {"type": "message", "role": "assistant", "content": [text("Hello", CITATION)]},
    ]
    renamed = {**said, "tool_calls": [{**said["tool_calls"][0], "id": "call_2"}]}
    assert items_of(renamed)[-1] == call(2)


def test_entries_that_are_none_are_ignored() -> None:
    plain: dict[str, Any] = {"role": "assistant", "content": "a", "tool_calls": None}
    for entries in (
        None,
        1,
        "x",
        [None],
        [{"type": "message"}],
        [{"type": "message", "content": [{"type": "output_text", "text": -1}]}],
        [{"type": "message", "content": 1}, {"type": "reasoning"}],
        [{"type": "function_call", "call_id": "x"}],
    ):
        said = {**plain, "provider_specific_fields": {"items": entries}}
        assert items_of(said) == [message(text("a"))]


def test_a_message_written_by_hand_becomes_items() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "b"}]
    said = {"role": "assistant", "content": parts, "refusal": "c"}
    refusals = [{"type": "refusal", "refusal": "b"}, {"type": "refusal", "refusal": "c"}]
    assert items_of(said) == [message(text("a"), *refusals)]
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    assert items_of({"role": "assistant", "content": "", "tool_calls": calls}) == [call(1)]
    assert items_of({"role": "assistant", "content": ""}) == [message(text(""))]
    assert items_of({"role": "assistant", "content": None}) == []
    strange = {"id": "call_2", "type": "x", "x": {}}
    assert items_of({"role": "assistant", "tool_calls": [strange]}) == [strange]
