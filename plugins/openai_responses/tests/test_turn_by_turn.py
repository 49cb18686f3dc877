"""A conversation over the bridge, turn by turn: each answer's message goes into the next request,
and the server sees all its items again, in their order."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.turns import message_of
from jackfield_testing.strategies.responses import outputs

REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {}}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "status": "completed",
    "call_id": "call_1",
    "name": "f",
    "arguments": "{}",
}
CUSTOM = {"type": "custom_tool_call", "id": "ct_1", "call_id": "call_2", "name": "g", "input": "x"}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
FILE = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf,"}}


def text(words: str, **more: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": words, "annotations": [], "logprobs": []}
    message = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant"}
    return {**message, "content": [part], **more}


def test_two_rounds_of_tools() -> None:
    first = [REASONING, text("Let me look.", phase="commentary"), SEARCH, CALL, CUSTOM]
    second = [{**REASONING, "id": "rs_2"}, text("It is "), text("warm.", id="msg_3")]
    results = [
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "1"}]},
        {"role": "tool", "tool_call_id": "call_1", "content": [IMAGE, FILE]},
    ]
    asked = {"role": "user", "content": "And tomorrow?"}
    request, lost = to_responses(
        {"messages": [asked, message_of(first), *results, message_of(second), asked]},
        passing=False,
    )
    assert lost == ()
    url = IMAGE["image_url"]["url"]  # type: ignore[index]  # a dict
    image = {"type": "input_image", "image_url": url, "detail": "auto"}
    file = {"type": "input_file", **FILE["file"]}  # type: ignore[dict-item]  # a dict
    part = {"type": "input_text", "text": "1"}
    assert request["input"] == [
        asked,
        *first,
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": [part]},
        {"type": "function_call_output", "call_id": "call_1", "output": [image, file]},
        *second,
        asked,
    ]


_TURNS = st.lists(outputs(), min_size=1, max_size=3)


def followed(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items without the reasoning that none of them follows."""
    ends = [at for at, item in enumerate(output) if item.get("type") != "reasoning"]
    return output[: ends[-1] + 1] if ends else []


@given(_TURNS)
def test_every_item_comes_again_but_reasoning_that_nothing_follows(
    turns: list[list[dict[str, Any]]],
) -> None:
    before = copy.deepcopy(turns)
    asked = {"role": "user", "content": "Go on."}
    messages: list[Any] = [asked]
    wanted: list[Any] = [asked]
    for output in turns:
        messages += [message_of(output), asked]
        wanted += [*followed(output), asked]
    request, lost = to_responses({"messages": messages}, passing=False)
    assert request == {"input": wanted}
    assert [loss.path for loss in lost] == [
        f"messages[{2 * at + 1}].reasoning_items"
        for at, output in enumerate(turns)
        if followed(output) != output
    ]
    request, lost = to_responses({"messages": messages}, passing=True)
    assert request == {"input": [asked, *(item for o in turns for item in (*o, asked))]}
    assert lost == ()
    assert turns == before
