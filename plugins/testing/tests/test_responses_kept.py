"""What is kept: responses, their background, conversations; token counts and compaction."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from jackfield_testing import Sandbox

USER = {"role": "user", "content": "Hello there"}
CALL = {"type": "function_call", "call_id": "c", "name": "get", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "17"}


def create(client: httpx.Client, input: Any = "Hello there", **fields: Any) -> dict[str, Any]:
    reply = client.post("/responses", json={"model": "gpt-4o", "input": input, **fields})
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def error(reply: httpx.Response) -> tuple[int, str | None, str | None]:
    found = reply.json()["error"]
    return reply.status_code, found["code"], found["param"]


class TestResponses:
    def test_they_are_kept(self, client: httpx.Client) -> None:
        body = create(client, model="gpt-5", include=["reasoning.encrypted_content"])
        assert client.get(f"/responses/{body['id']}").json() == body

    def test_they_are_not_kept_where_the_request_says_so(self, client: httpx.Client) -> None:
        body = create(client, store=False)
        assert error(client.get(f"/responses/{body['id']}")) == (404, None, None)

    def test_more_can_be_included_later(self, client: httpx.Client) -> None:
        body = create(client, model="gpt-5")
        query = "include[]=reasoning.encrypted_content"
        more = client.get(f"/responses/{body['id']}?{query}").json()
        assert "encrypted_content" in more["output"][0]
        plain = client.get(f"/responses/{body['id']}?include=nonsense")
        assert error(plain) == (400, "invalid_value", "include[0]")

    def test_they_are_deleted(self, client: httpx.Client) -> None:
        id = create(client)["id"]
        gone = {"id": id, "object": "response.deleted", "deleted": True}
        assert client.delete(f"/responses/{id}").json() == gone
        for request in (client.get, client.delete):
            assert request(f"/responses/{id}").status_code == 404
        again = client.post(
            "/responses", json={"model": "gpt-4o", "input": "x", "previous_response_id": id}
        )
        assert error(again) == (400, "previous_response_not_found", "previous_response_id")
        assert "not found" in again.json()["error"]["message"]

    def test_a_response_follows_another(self, client: httpx.Client) -> None:
        tool = {"type": "function", "name": "get"}
        first = create(client, "Rome?", tools=[tool])
        call_id = first["output"][0]["call_id"]
        output = {"type": "function_call_output", "call_id": call_id, "output": "17 degrees"}
        second = create(client, [output], previous_response_id=first["id"])
        assert "get says 17 degrees" in second["output"][0]["content"][0]["text"]
        assert second["previous_response_id"] == first["id"]
        third = create(client, previous_response_id=second["id"], instructions="Be brief.")
        assert third["usage"]["input_tokens"] > second["usage"]["input_tokens"]
        missed = client.post(
            "/responses",
            json={"model": "gpt-4o", "input": "x", "previous_response_id": first["id"]},
        )
        assert error(missed) == (400, None, "input")
        assert call_id in missed.json()["error"]["message"]

    def test_an_item_can_be_referred_to(self, client: httpx.Client) -> None:
        message = create(client)["output"][0]
        reference = {"type": "item_reference", "id": message["id"]}
        body = create(client, [USER, reference, {"role": "user", "content": "Why?"}])
        items = client.get(f"/responses/{body['id']}/input_items?order=asc").json()["data"]
        assert items[1] == message
        bare = create(client, [USER, {"id": message["id"]}, USER])
        assert bare["status"] == "completed"
        lost = client.post(
            "/responses",
            json={"model": "gpt-4o", "input": [{"type": "item_reference", "id": "msg_1"}]},
        )
        assert error(lost) == (404, None, "input")

    def test_much_context_is_cached(self, client: httpx.Client) -> None:
        first = create(client, "words " * 2000)
        assert first["usage"]["input_tokens_details"]["cached_tokens"] == 0
        second = create(client, previous_response_id=first["id"])
        cached = second["usage"]["input_tokens_details"]["cached_tokens"]
        assert cached >= 1024
        assert cached % 128 == 0

    def test_they_are_forgotten_with_the_journal(
        self, client: httpx.Client, sandbox: Sandbox
    ) -> None:
        id = create(client)["id"]
        sandbox.clear()
        assert client.get(f"/responses/{id}").status_code == 404


class TestInputItems:
    def test_they_are_listed_latest_first(self, client: httpx.Client, official: Any) -> None:
        items = [{"role": "developer", "content": "Be brief."}, USER, CALL, OUTPUT]
        id = create(client, items)["id"]
        listed = client.get(f"/responses/{id}/input_items").json()
        official("ResponseItemList", listed)
        kinds = [item["type"] for item in listed["data"]]
        assert kinds == ["function_call_output", "function_call", "message", "message"]
        assert all(item["id"] for item in listed["data"])
        assert listed["data"][-1]["content"] == [{"type": "input_text", "text": "Be brief."}]
        assert listed["first_id"] == listed["data"][0]["id"]

    def test_they_are_listed_in_pages(self, client: httpx.Client) -> None:
        id = create(client, [{"role": "user", "content": str(n)} for n in range(5)])["id"]
        path, seen, after = f"/responses/{id}/input_items?order=asc&limit=2", [], ""
        while True:
            page = client.get(path + after).json()
            seen += [item["content"][0]["text"] for item in page["data"]]
            after = f"&after={page['last_id']}"
            if not page["has_more"]:
                break
        assert seen == ["0", "1", "2", "3", "4"]

    def test_the_context_is_among_them(self, client: httpx.Client) -> None:
        first = create(client)
        second = create(client, "And now?", previous_response_id=first["id"])
        listed = client.get(f"/responses/{second['id']}/input_items?order=asc").json()["data"]
        assert [item.get("role") for item in listed] == ["user", "assistant", "user"]
        assert listed[1] == first["output"][0]

    def test_pictures_are_shown_where_they_are_included(self, client: httpx.Client) -> None:
        url = "https://example.com/a.png"
        content = [{"type": "input_image", "image_url": url}]
        id = create(client, [{"role": "user", "content": content}])["id"]
        path = f"/responses/{id}/input_items"
        for query, expected in (("", None), ("?include=message.input_image.image_url", url)):
            (item,) = client.get(path + query).json()["data"]
            assert item["content"][0]["image_url"] == expected
            assert item["content"][0]["detail"] == "auto"

    def test_of_a_response_that_there_is_not(self, client: httpx.Client) -> None:
        assert client.get("/responses/resp_1/input_items").status_code == 404


class TestBackground:
    def looks(self, client: httpx.Client, id: str, count: int) -> list[str]:
        return [client.get(f"/responses/{id}").json()["status"] for _ in range(count)]

    def test_the_third_look_finds_it_completed(self, client: httpx.Client) -> None:
        body = create(client, background=True)
        assert (body["status"], body["output"], body["usage"]) == ("queued", [], None)
        assert (body["background"], body["completed_at"]) == (True, None)
        seen = self.looks(client, body["id"], 4)
        assert seen == ["in_progress", "in_progress", "completed", "completed"]
        ended = client.get(f"/responses/{body['id']}").json()
        assert ended["output"][0]["type"] == "message"
        assert list(ended) == list(body)

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("[looks=0]", ["completed"]),
            ("[looks=1]", ["completed"]),
            ("[looks=2]", ["in_progress", "completed"]),
            ("[looks=1] [fail]", ["failed"]),
            ("[looks=1] [filter]", ["incomplete"]),
            ("[stall]", ["in_progress"] * 5),
        ],
    )
    def test_words_say_otherwise(
        self, client: httpx.Client, words: str, expected: list[str]
    ) -> None:
        body = create(client, words, background=True)
        assert self.looks(client, body["id"], len(expected)) == expected

    def test_a_fault_can_be_brought_to_looking(self, client: httpx.Client) -> None:
        id = create(client, "[looks=2] [retrieve!status=500,times=1]", background=True)["id"]
        assert client.get(f"/responses/{id}").status_code == 500
        assert self.looks(client, id, 1) == ["completed"]
        reply = client.post("/responses", json={"model": "gpt-4o", "input": "[retrieve!nothing]"})
        assert error(reply)[:2] == (400, "invalid_sandbox_fault")

    def test_it_is_cancelled(self, client: httpx.Client) -> None:
        id = create(client, background=True)["id"]
        for _ in range(2):
            body = client.post(f"/responses/{id}/cancel").json()
            assert (body["status"], body["output"]) == ("cancelled", [])
        assert self.looks(client, id, 4) == ["cancelled"] * 4

    def test_what_has_ended_cannot_be_cancelled(self, client: httpx.Client) -> None:
        id = create(client, "[looks=1]", background=True)["id"]
        ended = client.get(f"/responses/{id}").json()
        assert client.post(f"/responses/{id}/cancel").json() == ended

    def test_nor_what_was_waited_for(self, client: httpx.Client) -> None:
        reply = client.post(f"/responses/{create(client)['id']}/cancel")
        assert reply.status_code == 400
        assert "synchronous" in reply.json()["error"]["message"]
        assert client.post("/responses/resp_1/cancel").status_code == 404

    def test_a_stream_that_was_read_has_ended(self, client: httpx.Client) -> None:
        body = {"model": "gpt-4o", "input": "x", "stream": True, "background": True}
        client.post("/responses", json=body)
        id = create(client, "x", background=True)["id"]  # the same request: the same response
        assert self.looks(client, id, 1) == ["in_progress"]
        client.post("/responses", json=body)
        assert self.looks(client, id, 1) == ["completed"]


class TestConversations:
    def make(self, client: httpx.Client, **fields: Any) -> dict[str, Any]:
        reply = client.post("/conversations", json=fields)
        assert reply.status_code == 200, reply.text
        body: dict[str, Any] = reply.json()
        return body

    def test_they_are_made_read_changed_and_deleted(self, client: httpx.Client) -> None:
        made = self.make(client, metadata={"a": "b"})
        assert list(made) == ["id", "object", "created_at", "metadata"]
        assert made["id"].startswith("conv_")
        path = f"/conversations/{made['id']}"
        assert client.get(path).json() == made
        changed = client.post(path, json={"metadata": {"c": "d"}}).json()
        assert changed == {**made, "metadata": {"c": "d"}}
        gone = {"id": made["id"], "object": "conversation.deleted", "deleted": True}
        assert client.delete(path).json() == gone
        assert error(client.get(path)) == (404, None, None)
        assert client.post("/conversations").status_code == 200

    def test_each_is_another(self, client: httpx.Client) -> None:
        assert self.make(client)["id"] != self.make(client)["id"]

    def test_responses_are_added_to_them(self, client: httpx.Client) -> None:
        id = self.make(client, items=[{"role": "developer", "content": "Be brief."}])["id"]
        first = create(client, conversation=id)
        assert first["conversation"] == {"id": id}
        second = create(client, "And now?", conversation={"id": id})
        assert second["id"] != first["id"]
        listed = client.get(f"/conversations/{id}/items?order=asc").json()["data"]
        roles = [item["role"] for item in listed]
        assert roles == ["developer", "user", "assistant", "user", "assistant"]
        assert listed[2] == first["output"][0]
        create(client, "[fail]", conversation=id)
        assert len(client.get(f"/conversations/{id}/items").json()["data"]) == 5

    def test_streams_are_added_too(self, client: httpx.Client) -> None:
        id = self.make(client)["id"]
        body = {"model": "gpt-4o", "input": "x", "conversation": id, "stream": True}
        assert client.post("/responses", json=body).status_code == 200
        assert len(client.get(f"/conversations/{id}/items").json()["data"]) == 2

    def test_items_are_added_read_and_deleted(self, client: httpx.Client, official: Any) -> None:
        path = f"/conversations/{self.make(client)['id']}"
        added = client.post(f"{path}/items", json={"items": [USER, CALL, OUTPUT]}).json()
        official("ResponseItemList", added)
        assert [item["type"] for item in added["data"]] == [
            "message",
            "function_call",
            "function_call_output",
        ]
        assert added["has_more"] is False
        more = client.post(f"{path}/items", json={"items": [USER]}).json()["data"]
        assert more[0]["id"] != added["data"][0]["id"]
        one = added["data"][0]
        assert client.get(f"{path}/items/{one['id']}").json() == one
        assert client.delete(f"{path}/items/{one['id']}").json()["object"] == "conversation"
        assert error(client.get(f"{path}/items/{one['id']}")) == (404, None, None)
        left = client.get(f"{path}/items?order=asc&limit=2").json()
        assert [item["type"] for item in left["data"]] == ["function_call", "function_call_output"]
        assert left["has_more"] is True

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"items": [USER] * 21}, (400, "array_above_max_length", "items")),
            ({"items": "x"}, (400, "invalid_type", "items")),
            ({"items": [{"role": "user"}]}, (400, "missing_required_parameter", None)),
            ({"metadata": {"a": 1}}, (400, "invalid_type", "metadata.a")),
            ({"model": "gpt-4o"}, (400, "unknown_parameter", "model")),
        ],
    )
    def test_what_is_rejected(
        self, client: httpx.Client, body: dict[str, Any], expected: tuple[Any, ...]
    ) -> None:
        found = error(client.post("/conversations", json=body))
        assert found[:2] == expected[:2]
        assert expected[2] in (None, found[2])

    def test_one_that_there_is_not(self, client: httpx.Client) -> None:
        body = {"model": "gpt-4o", "input": "x", "conversation": "conv_1"}
        reply = client.post("/responses", json=body)
        assert reply.status_code == 404
        assert "conv_1" in reply.json()["error"]["message"]
        reply = client.post("/responses", json={**body, "previous_response_id": "resp_1"})
        assert error(reply)[:2] == (400, "mutually_exclusive_parameters")


class TestCounting:
    def count(self, client: httpx.Client, **fields: Any) -> int:
        reply = client.post("/responses/input_tokens", json=fields)
        assert reply.status_code == 200, reply.text
        body = reply.json()
        assert body["object"] == "response.input_tokens"
        tokens: int = body["input_tokens"]
        return tokens

    def test_it_is_what_the_response_says(self, client: httpx.Client, official: Any) -> None:
        tool = {"type": "function", "name": "get", "parameters": {"type": "object"}}
        fields: dict[str, Any] = {"input": [USER, CALL, OUTPUT], "tools": [tool]}
        fields["instructions"] = "Be brief."
        used = create(client, **fields)["usage"]["input_tokens"]
        assert self.count(client, model="gpt-4o", **fields) == used
        reply = client.post("/responses/input_tokens", json={"model": "gpt-4o", **fields})
        official("TokenCountsResource", reply.json())

    def test_everything_counts(self, client: httpx.Client) -> None:
        least = self.count(client, input="Hello")
        assert self.count(client, input="Hello there, my friend") > least
        assert self.count(client, input="Hello", instructions="Be brief.") > least
        picture = {"type": "input_image", "image_url": "https://example.com/a.png"}
        text = {"type": "input_text", "text": "Hello"}
        both = [{"role": "user", "content": [text, picture]}]
        assert self.count(client, input=both) >= least + 85
        first = create(client)
        more = self.count(client, input="Hello", previous_response_id=first["id"])
        assert more > least

    def test_what_is_rejected(self, client: httpx.Client) -> None:
        reply = client.post("/responses/input_tokens", json={"input": "x", "stream": True})
        assert error(reply) == (400, "unknown_parameter", "stream")
        reply = client.post("/responses/input_tokens", json={"model": "does-not-exist"})
        assert error(reply) == (400, "model_not_found", "model")


class TestCompaction:
    def test_what_the_user_said_is_left(self, client: httpx.Client, official: Any) -> None:
        first = create(client)
        fields = {"model": "gpt-4o", "input": "And now?", "previous_response_id": first["id"]}
        body = client.post("/responses/compact", json=fields).json()
        official("CompactResource", body)
        kinds = [(item["type"], item.get("role")) for item in body["output"]]
        assert kinds == [("message", "user"), ("message", "user"), ("compaction", None)]
        after = create(client, [*body["output"], {"role": "user", "content": "Go on"}])
        assert "“Go on”" in after["output"][0]["content"][0]["text"]

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"input": "x"}, (400, "missing_required_parameter", "model")),
            ({"model": "gpt-4o"}, (400, "missing_required_parameter", "input")),
            ({"model": "gpt-4o", "input": "x", "tools": []}, (400, "unknown_parameter", "tools")),
        ],
    )
    def test_what_is_rejected(
        self, client: httpx.Client, body: dict[str, Any], expected: tuple[Any, ...]
    ) -> None:
        assert error(client.post("/responses/compact", json=body)) == expected

    def test_it_can_be_asked_for_as_an_item(self, client: httpx.Client) -> None:
        items = [USER, {"type": "compaction_trigger"}]
        assert [item["type"] for item in create(client, items)["output"]] == ["compaction"]
