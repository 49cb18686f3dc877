"""What responses say: models, tools, directives, context."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from jackfield_testing import Sandbox

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CITIES = "Is it warm in San Francisco, Tokyo, and Paris?"


def create(client: httpx.Client, input: Any = "Hello there", **fields: Any) -> dict[str, Any]:
    reply = client.post("/responses", json={"model": "gpt-4o", "input": input, **fields})
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def kinds(body: dict[str, Any]) -> list[str]:
    return [item["type"] for item in body["output"]]


def text(body: dict[str, Any]) -> str:
    parts = [part for item in body["output"] for part in item.get("content") or ()]
    return "".join(part["text"] for part in parts if part["type"] == "output_text")


def test_the_fields_come_as_the_api_sends_them(client: httpx.Client) -> None:
    body = create(client)
    assert " ".join(body) == (
        "id object created_at status background completed_at error frequency_penalty "
        "incomplete_details instructions max_output_tokens max_tool_calls model moderation output "
        "parallel_tool_calls presence_penalty previous_response_id prompt_cache_key "
        "prompt_cache_retention reasoning safety_identifier service_tier store temperature text "
        "tool_choice tool_usage tools top_logprobs top_p truncation usage user metadata"
    )
    assert body["id"].startswith("resp_")
    assert body["model"] == "gpt-4o-2024-08-06"
    assert body["completed_at"] >= body["created_at"]
    (message,) = body["output"]
    assert list(message) == ["id", "type", "status", "content", "role"]
    assert message["id"].startswith("msg_")
    assert list(message["content"][0]) == ["type", "annotations", "logprobs", "text"]
    assert "“Hello there”" in text(body)


def test_what_is_not_said_is_echoed_with_its_default(client: httpx.Client) -> None:
    body = create(client)
    assert body["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    assert body["reasoning"] == {"context": None, "effort": None, "summary": None}
    assert (body["tool_choice"], body["tools"], body["truncation"]) == ("auto", [], "disabled")
    assert (body["store"], body["background"], body["parallel_tool_calls"]) == (True, False, True)
    assert (body["temperature"], body["top_p"], body["top_logprobs"]) == (1.0, 1.0, 0)
    assert (body["metadata"], body["service_tier"]) == ({}, "default")
    for name in ("conversation", "prompt"):
        assert name not in body


def test_what_is_said_is_echoed(client: httpx.Client) -> None:
    body = create(
        client,
        instructions="Be brief.",
        max_output_tokens=400,
        metadata={"a": "b"},
        parallel_tool_calls=False,
        prompt_cache_key="key",
        safety_identifier="someone",
        service_tier="flex",
        temperature=0,
        text={"format": {"type": "json_schema", "name": "n", "schema": {"$ref": "#/$defs/n"}}},
        tools=[WEATHER, {"type": "web_search_preview"}],
        tool_choice="none",
        top_p=0.5,
        truncation="auto",
        user="me",
    )
    assert body["instructions"] == "Be brief."
    assert body["metadata"] == {"a": "b"}
    assert body["max_output_tokens"] == 400
    assert (body["prompt_cache_key"], body["safety_identifier"]) == ("key", "someone")
    assert (body["service_tier"], body["user"]) == ("flex", "me")
    assert (body["temperature"], body["top_p"]) == (0.0, 0.5)
    assert body["text"]["format"] == {
        "type": "json_schema",
        "description": None,
        "name": "n",
        "schema": {"$ref": "#/$defs/n"},
        "strict": True,
    }
    function, search = body["tools"]
    assert function["strict"] is True
    assert function["parameters"] == {
        **WEATHER["parameters"],  # type: ignore[dict-item]  # a dict
        "additionalProperties": False,
        "required": ["city"],
    }
    assert search["search_context_size"] == "medium"
    assert search["user_location"]["country"] == "US"


def test_a_schema_that_is_open_on_purpose_is_not_strict(client: httpx.Client) -> None:
    tool = {**WEATHER, "parameters": {"type": "object", "additionalProperties": True}}
    (echoed,) = create(client, tools=[tool])["tools"]
    assert echoed["strict"] is False
    assert echoed["parameters"] == tool["parameters"]


def test_the_same_request_has_the_same_answer_streamed_or_not(client: httpx.Client) -> None:
    assert create(client) == create(client)
    assert create(client, "Something else")["id"] != create(client)["id"]


@pytest.mark.parametrize(
    "model", ["gpt-5-pro", "o1-pro", "o3-pro", "gpt-5-codex", "codex-mini-latest", "gpt-5.2-pro"]
)
def test_models_that_answer_only_here(client: httpx.Client, model: str) -> None:
    assert create(client, model=model)["status"] == "completed"
    messages = [{"role": "user", "content": "hello"}]
    reply = client.post("/chat/completions", json={"model": model, "messages": messages})
    assert reply.status_code == 404
    assert reply.json()["error"] == {
        "message": "This model is only supported in v1/responses and not in v1/chat/completions.",
        "type": "invalid_request_error",
        "param": "model",
        "code": None,
    }


@pytest.mark.parametrize("model", ["whisper-1", "davinci-002", "text-embedding-3-small", "sora-2"])
def test_models_that_do_not_chat(client: httpx.Client, model: str) -> None:
    messages = [{"role": "user", "content": "hello"}]
    reply = client.post("/chat/completions", json={"model": model, "messages": messages})
    assert reply.status_code == 404
    assert "not a chat model" in reply.json()["error"]["message"]
    assert client.post("/responses", json={"model": model, "input": "x"}).status_code == 400


class TestReasoning:
    def test_effort_decides_what_it_costs(self, client: httpx.Client) -> None:
        def tokens(effort: str | None) -> int:
            body = create(client, model="gpt-5.1", reasoning={"effort": effort})
            assert ("reasoning" in kinds(body)) == (effort in ("low", "high"))
            used: int = body["usage"]["output_tokens_details"]["reasoning_tokens"]
            return used

        assert tokens("none") == 0
        assert tokens(None) == 0  # what gpt-5.1 has of itself
        assert 0 < tokens("low") < tokens("high")

    def test_summaries_come_when_they_are_asked_for(self, client: httpx.Client) -> None:
        silent = create(client, model="gpt-5")["output"][0]
        assert (silent["summary"], silent["content"]) == ([], [])
        assert "encrypted_content" not in silent
        body = create(client, model="gpt-5", reasoning={"summary": "auto"})
        assert body["reasoning"]["summary"] == "detailed"
        summary = body["output"][0]["summary"]
        assert [part["type"] for part in summary] == ["summary_text"] * 2
        assert "Hello there" in summary[0]["text"]

    def test_encrypted_content_is_included(self, client: httpx.Client) -> None:
        include = ["reasoning.encrypted_content"]
        item = create(client, model="gpt-5", include=include, store=False)["output"][0]
        assert item["encrypted_content"].startswith("gAAAAA")
        assert list(item) == ["id", "type", "content", "encrypted_content", "summary"]

    def test_open_models_think_aloud(self, client: httpx.Client) -> None:
        item = create(client, model="gpt-oss-120b")["output"][0]
        assert item["content"][0]["type"] == "reasoning_text"
        assert "Hello there" in item["content"][0]["text"]

    def test_it_can_use_the_limit_up(self, client: httpx.Client) -> None:
        body = create(client, model="gpt-5", max_output_tokens=100)
        assert kinds(body) == ["reasoning"]
        assert (body["status"], body["completed_at"]) == ("incomplete", None)
        assert body["incomplete_details"] == {"reason": "max_output_tokens"}
        assert body["usage"]["output_tokens"] == 100

    def test_recent_models_say_which_phase_a_message_is_of(self, client: httpx.Client) -> None:
        body = create(client, "[narrate] Tokyo", model="gpt-5.4", tools=[WEATHER])
        assert kinds(body) == ["message", "function_call"]
        assert body["output"][0]["phase"] == "commentary"
        assert create(client, model="gpt-5.4")["output"][0]["phase"] == "final_answer"


class TestCalls:
    def test_a_function_is_called_once_per_proper_name(self, client: httpx.Client) -> None:
        body = create(client, CITIES, tools=[WEATHER])
        assert kinds(body) == ["function_call"] * 3
        calls = body["output"]
        asked = [json.loads(call["arguments"])["city"] for call in calls]
        assert asked == ["San Francisco", "Tokyo", "Paris"]
        assert len({call["call_id"] for call in calls}) == len({call["id"] for call in calls}) == 3
        assert all(call["id"].startswith("fc_") for call in calls)
        assert all(call["call_id"].startswith("call_") for call in calls)
        one = create(client, CITIES, tools=[WEATHER], parallel_tool_calls=False)
        assert kinds(one) == ["function_call"]

    def test_outputs_are_quoted(self, client: httpx.Client) -> None:
        body = create(client, CITIES, tools=[WEATHER])
        answers = [
            {"type": "function_call_output", "call_id": call["call_id"], "output": f"{n} degrees"}
            for n, call in enumerate(body["output"])
        ]
        items = [{"role": "user", "content": CITIES}, *body["output"], *answers]
        told = text(create(client, items, tools=[WEATHER]))
        for n in range(3):
            assert f"get_weather says {n} degrees" in told

    def test_outputs_may_have_parts(self, client: httpx.Client) -> None:
        call = {"type": "custom_tool_call", "call_id": "c", "name": "look", "input": "x"}
        parts = [
            {"type": "input_text", "text": "a cat"},
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
        ]
        output = {"type": "custom_tool_call_output", "call_id": "c", "output": parts}
        told = text(create(client, [{"role": "user", "content": "What is it?"}, call, output]))
        assert "look says a cat" in told

    def test_custom_tools_take_text(self, client: httpx.Client) -> None:
        body = create(client, CITIES, tools=[{"type": "custom", "name": "run"}])
        assert kinds(body) == ["custom_tool_call"] * 3
        assert [item["input"] for item in body["output"]] == ["San Francisco", "Tokyo", "Paris"]
        assert body["output"][0]["id"].startswith("ctc_")

    @pytest.mark.parametrize(
        ("choice", "expected"),
        [
            ("none", "message"),
            ("auto", "function_call"),
            ("required", "function_call"),
            ({"type": "function", "name": "get_time"}, "get_time"),
            ({"type": "custom", "name": "run"}, "run"),
            ({"type": "web_search_preview"}, "web_search_call"),
            (
                {
                    "type": "allowed_tools",
                    "mode": "auto",
                    "tools": [{"type": "function", "name": "get_time"}],
                },
                "get_time",
            ),
            (
                {
                    "type": "allowed_tools",
                    "mode": "required",
                    "tools": [{"type": "custom", "name": "run"}],
                },
                "run",
            ),
        ],
    )
    def test_every_form_of_tool_choice(
        self, client: httpx.Client, choice: Any, expected: str
    ) -> None:
        tools = [
            WEATHER,
            {"type": "function", "name": "get_time", "parameters": None},
            {"type": "custom", "name": "run"},
        ]
        if isinstance(choice, dict) and choice["type"] == "web_search_preview":
            tools.append({"type": "web_search"})
        body = create(client, "What is the weather?", tools=tools, tool_choice=choice)
        first = body["output"][0]
        assert first.get("name", first["type"]) == expected or first["type"] == expected
        assert body["tool_choice"] == choice

    def test_a_forced_tool_is_called_even_after_its_output(self, client: httpx.Client) -> None:
        call = {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}"}
        output = {"type": "function_call_output", "call_id": "c", "output": "warm"}
        items = [{"role": "user", "content": "Rome?"}, call, output]
        assert kinds(create(client, items, tools=[WEATHER])) == ["message"]
        forced = create(client, items, tools=[WEATHER], tool_choice="required")
        assert kinds(forced) == ["function_call"]

    def test_tools_in_a_namespace(self, client: httpx.Client) -> None:
        space = {"type": "namespace", "name": "crm", "description": "d", "tools": [WEATHER]}
        (call,) = create(client, "Weather in Rome?", tools=[space])["output"]
        assert (call["name"], call["namespace"]) == ("get_weather", "crm")

    def test_tools_that_come_as_an_item(self, client: httpx.Client) -> None:
        more = {"type": "additional_tools", "role": "developer", "tools": [WEATHER]}
        items = [more, {"role": "user", "content": "Weather in Rome?"}]
        assert kinds(create(client, items)) == ["function_call"]

    @pytest.mark.parametrize(
        ("tool", "kind"),
        [
            ({"type": "shell"}, "shell_call"),
            ({"type": "local_shell"}, "local_shell_call"),
            ({"type": "apply_patch"}, "apply_patch_call"),
            (
                {
                    "type": "computer_use_preview",
                    "display_width": 800,
                    "display_height": 600,
                    "environment": "browser",
                },
                "computer_call",
            ),
        ],
    )
    def test_other_tools_that_the_caller_runs(
        self, client: httpx.Client, tool: dict[str, Any], kind: str
    ) -> None:
        assert kinds(create(client, tools=[tool])) == [kind]


class TestHosted:
    def test_a_web_search_is_cited(self, client: httpx.Client) -> None:
        body = create(client, CITIES, tools=[{"type": "web_search"}])
        search, message = body["output"]
        assert search["id"].startswith("ws_")
        assert search["action"]["queries"] == ["San Francisco", "Tokyo", "Paris"]
        assert "sources" not in search["action"]
        (part,) = message["content"]
        (citation,) = part["annotations"]
        assert list(citation) == ["type", "end_index", "start_index", "title", "url"]
        cited = part["text"][citation["start_index"] : citation["end_index"]]
        assert citation["url"] in cited
        assert body["tool_usage"]["web_search"]["num_requests"] == 1
        include = ["web_search_call.action.sources"]
        more = create(client, CITIES, tools=[{"type": "web_search"}], include=include)
        assert more["output"][0]["action"]["sources"][0]["type"] == "url"

    def test_a_file_search_finds_one_file_per_store(self, client: httpx.Client) -> None:
        tool = {"type": "file_search", "vector_store_ids": ["vs_a", "vs_b"]}
        search, message = create(client, tools=[tool])["output"]
        assert search["results"] is None
        cited = [found["filename"] for found in message["content"][0]["annotations"]]
        assert cited == ["vs_a.md", "vs_b.md"]
        include = ["file_search_call.results"]
        search, _ = create(client, tools=[tool], include=include)["output"]
        assert [found["filename"] for found in search["results"]] == cited

    def test_code_is_run(self, client: httpx.Client) -> None:
        tool = {"type": "code_interpreter", "container": "cntr_mine"}
        call, message = create(client, tools=[tool])["output"]
        assert call["container_id"] == "cntr_mine"
        assert call["outputs"] is None
        assert message["type"] == "message"
        include = ["code_interpreter_call.outputs"]
        call = create(client, tools=[tool], include=include)["output"][0]
        assert call["outputs"][0]["type"] == "logs"

    @pytest.mark.parametrize(
        ("format", "magic"), [("png", b"\x89PNG"), ("jpeg", b"\xff\xd8"), ("webp", b"RIFF")]
    )
    def test_a_picture_is_the_answer(self, client: httpx.Client, format: str, magic: bytes) -> None:
        tool = {"type": "image_generation", "output_format": format, "size": "1024x1536"}
        body = create(client, "Draw a cat", tools=[tool])
        call, message = body["output"]
        picture = base64.b64decode(call["result"])
        assert picture.startswith(magic)
        if format == "png":
            assert picture[16:24] == (1024).to_bytes(4, "big") + (1536).to_bytes(4, "big")
        assert call["size"] == "1024x1536"
        assert "Draw a cat" in call["revised_prompt"]
        assert message["content"][0]["text"] == ""

    def test_several_tools_in_one_turn(self, client: httpx.Client) -> None:
        tools = [
            {"type": "web_search"},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            WEATHER,
        ]
        body = create(client, "Rome?", model="gpt-5", tools=tools)
        assert kinds(body) == [
            "reasoning",
            "web_search_call",
            "reasoning",
            "code_interpreter_call",
            "reasoning",
            "function_call",
        ]
        fewer = create(client, "Rome?", tools=tools[:2], max_tool_calls=1)
        assert kinds(fewer) == ["web_search_call", "message"]


class TestMCP:
    SERVER = {"type": "mcp", "server_label": "books", "server_url": "https://mcp.example.com"}

    def test_a_call_that_needs_no_approval(self, client: httpx.Client) -> None:
        tool = {**self.SERVER, "require_approval": "never", "allowed_tools": ["find"]}
        listed, call, message = create(client, tools=[tool])["output"]
        assert [found["name"] for found in listed["tools"]] == ["find"]
        assert (call["name"], call["status"], call["error"]) == ("find", "completed", None)
        assert call["output"]
        assert message["type"] == "message"

    def test_a_call_that_fails(self, client: httpx.Client) -> None:
        tool = {**self.SERVER, "require_approval": "never"}
        call = create(client, "[mcp-error] x", tools=[tool])["output"][1]
        assert (call["status"], call["output"]) == ("failed", None)
        assert call["error"]["type"] == "http_error"

    def test_approval_is_asked_for_and_given(self, client: httpx.Client) -> None:
        asked = create(client, tools=[self.SERVER])
        assert kinds(asked) == ["mcp_list_tools", "mcp_approval_request"]
        request = asked["output"][1]
        for approve, expected in ((True, ["mcp_call", "message"]), (False, ["message"])):
            answer = {
                "type": "mcp_approval_response",
                "approval_request_id": request["id"],
                "approve": approve,
            }
            body = create(client, [answer], tools=[self.SERVER], previous_response_id=asked["id"])
            assert kinds(body) == expected
        assert "Hello there" in text(body)

    def test_some_tools_need_approval_and_others_do_not(self, client: httpx.Client) -> None:
        rule = {"never": {"tool_names": ["search"]}}
        free = create(client, tools=[{**self.SERVER, "require_approval": rule}])
        assert "mcp_call" in kinds(free)
        other = {**self.SERVER, "require_approval": rule, "allowed_tools": {"tool_names": ["buy"]}}
        assert "mcp_approval_request" in kinds(create(client, tools=[other]))

    def test_tools_are_listed_once(self, client: httpx.Client) -> None:
        tool = {**self.SERVER, "require_approval": "never"}
        first = create(client, tools=[tool])
        second = create(client, "More", tools=[tool], previous_response_id=first["id"])
        assert kinds(second) == ["mcp_call", "message"]

    def test_a_server_that_is_not_there(self, client: httpx.Client) -> None:
        tool = {**self.SERVER, "server_url": "https://does-not-exist.example.com"}
        body = {"model": "gpt-4o", "input": "x", "tools": [tool]}
        reply = client.post("/responses", json=body)
        assert reply.status_code == 424
        assert reply.json()["error"]["type"] == "external_connector_error"


class TestDirectives:
    def test_refusals(self, client: httpx.Client) -> None:
        (message,) = create(client, "[refuse]", tools=[WEATHER])["output"]
        assert [part["type"] for part in message["content"]] == ["refusal"]

    def test_the_content_filter(self, client: httpx.Client) -> None:
        body = create(client, "[filter] some words")
        assert body["status"] == "incomplete"
        assert body["incomplete_details"] == {"reason": "content_filter"}
        assert body["output"][0]["status"] == "incomplete"

    def test_failures(self, client: httpx.Client) -> None:
        body = create(client, "[fail=rate_limit_exceeded]")
        assert (body["status"], body["usage"]) == ("failed", None)
        assert body["error"]["code"] == "rate_limit_exceeded"
        assert create(client, "[fail]")["error"]["code"] == "server_error"

    def test_parts(self, client: httpx.Client) -> None:
        (message,) = create(client, "a b c [parts=3]")["output"]
        assert len(message["content"]) == 3
        assert all(part["text"] for part in message["content"])
        assert "“a b c [parts=3]”" in text({"output": [message]})

    def test_citations_are_placed_in_their_part(self, client: httpx.Client) -> None:
        tools = [{"type": "web_search"}, {"type": "file_search", "vector_store_ids": ["vs"]}]
        message = create(client, "a b c [parts=4]", tools=tools)["output"][-1]
        *parts, last = message["content"]
        assert len(parts) == 3
        assert all(not part["annotations"] and part["text"] for part in parts)
        file, url = last["annotations"]
        cited = last["text"][url["start_index"] : url["end_index"]]
        assert url["url"] in cited
        assert last["text"][file["index"] :] == f" {cited}"

    @pytest.mark.parametrize("word", ["[parts=0]", "[parts=x]", "[looks=1001]"])
    def test_values_that_are_not_taken(self, client: httpx.Client, word: str) -> None:
        reply = client.post("/responses", json={"model": "gpt-4o", "input": word})
        assert reply.status_code == 400
        assert reply.json()["error"]["code"] == "invalid_sandbox_fault"


def test_the_text_is_that_of_the_chat(client: httpx.Client) -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": "Hello there"}]}]
    chat = client.post("/chat/completions", json={"model": "gpt-4o", "messages": messages})
    assert text(create(client)) == chat.json()["choices"][0]["message"]["content"]


def test_verbosity(client: httpx.Client) -> None:
    def length(verbosity: str) -> int:
        return len(text(create(client, model="gpt-5", text={"verbosity": verbosity})))

    assert length("low") < length("medium") < length("high")


def test_limits_cut_the_text(client: httpx.Client) -> None:
    whole, cut = create(client, "a b c"), create(client, "a b c", max_output_tokens=16)
    assert text(whole).startswith(text(cut))
    assert (cut["status"], cut["output"][0]["status"]) == ("incomplete", "incomplete")
    assert cut["usage"]["output_tokens"] == 16


def test_log_probabilities_are_included(client: httpx.Client) -> None:
    include = ["message.output_text.logprobs"]
    part = create(client, include=include, top_logprobs=2)["output"][0]["content"][0]
    assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]
    assert {len(entry["top_logprobs"]) for entry in part["logprobs"]} == {2}
    assert create(client)["output"][0]["content"][0]["logprobs"] == []


def test_what_came_along_is_described(client: httpx.Client, sandbox: Sandbox) -> None:
    upload = client.post(
        "/files", data={"purpose": "user_data"}, files={"file": ("plan.pdf", b"%PDF-1.7 plan")}
    ).json()
    content = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="},
        {"type": "input_image", "file_id": "file-elsewhere"},
        {
            "type": "input_file",
            "filename": "a.pdf",
            "file_data": "data:application/pdf;base64,AAAA",
        },
        {"type": "input_file", "file_url": "https://example.com/b.pdf"},
        {"type": "input_file", "file_id": upload["id"]},
    ]
    told = text(create(client, [{"role": "user", "content": content}]))
    for expected in (
        "an image (image/png, 8 bytes)",
        "an image (file-elsewhere)",
        "a file (a.pdf, application/pdf, 3 bytes)",
        "a file (https://example.com/b.pdf, no data)",
        "a file (plan.pdf, application/pdf, 13 bytes)",
    ):
        assert expected in told


def test_a_prompt_template_needs_neither_model_nor_input(client: httpx.Client) -> None:
    prompt = {"id": "pmpt_1", "version": "2", "variables": {"city": "Rome"}}
    body = client.post("/responses", json={"prompt": prompt}).json()
    assert body["prompt"] == prompt
    assert "“Rome”" in text(body)


def test_the_context_is_compacted_where_it_grows_too_long(client: httpx.Client) -> None:
    management = [{"type": "compaction", "compact_threshold": 1000}]
    short = create(client, context_management=management)
    assert kinds(short) == ["message"]
    body = create(client, "words " * 1200, context_management=management)
    assert kinds(body) == ["message", "compaction"]
    again = create(client, [*body["output"], {"role": "user", "content": "And now?"}])
    assert "And now?" in text(again)
