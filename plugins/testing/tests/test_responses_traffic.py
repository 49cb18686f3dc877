"""Recorded requests for responses are accepted here, and echoed as they were there."""

from __future__ import annotations

import json
from typing import Any

import material
import pytest

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.responses.endpoints import made_from
from jackfield_testing.sandbox.responses.shapes import COUNT_FIELDS
from jackfield_testing.sandbox.responses.stream import events
from jackfield_testing.sandbox.responses.strict import strengthened
from jackfield_testing.sandbox.responses.validation import read_create, read_fields
from jackfield_testing.sandbox.world import World

#: Fields that say what was asked, and that have not changed what they say since.
ECHOED = (
    "background",
    "instructions",
    "max_output_tokens",
    "metadata",
    "parallel_tool_calls",
    "service_tier",
    "temperature",
    "tool_choice",
    "top_logprobs",
    "top_p",
    "truncation",
)
#: Since when the fields come in the order that they are in now, in epoch seconds.
_ORDERED = 1_780_000_000


def accepted() -> list[dict[str, Any]]:
    """The exchanges that the API took, and whose request says all that it is about."""
    found = [
        record
        for record in material.recorded("/responses")
        if record["response"]["status"] == 200
        and not record["request"]["json"].get("previous_response_id")
    ]
    if not found:
        pytest.skip("the recorded traffic is not beside this checkout")
    return found


def ending(record: dict[str, Any]) -> dict[str, Any]:
    """The response that an exchange ended with; empty where it was cut."""
    body: dict[str, Any] | None = record["response"].get("json")
    if body is not None:
        return body
    for line in reversed(record["response"].get("sse", "").splitlines()):
        if line.startswith("data:") and '"response"' in line:
            found: dict[str, Any] = json.loads(line.removeprefix("data:"))["response"]
            return found if found["status"] in ("completed", "incomplete") else {}
    return {}


def test_recorded_requests_are_accepted() -> None:
    for record in accepted():
        response = made_from(read_create(record["request"]["json"], World()))
        sent = list(events(response.streamed()))
        assert sent[-1]["response"]["output"], record["id"]


def test_those_that_follow_another_find_that_it_is_not_there(needs_shared: Any) -> None:
    following = [
        record["request"]["json"]
        for record in material.recorded("/responses")
        if (record["request"].get("json") or {}).get("previous_response_id")
    ]
    for request in following:
        with pytest.raises(APIFault) as caught:
            read_create(request, World())
        assert caught.value.body["error"]["code"] == "previous_response_not_found"


def test_what_was_asked_is_echoed_as_it_was() -> None:
    checked = 0
    for record in accepted():
        was = ending(record)
        made = made_from(read_create(record["request"]["json"], World())).now()
        for name in ECHOED:
            # a template brings instructions of its own
            known = name in was and not ("prompt" in was and name == "instructions")
            if known and was["status"] != "queued":
                assert made[name] == was[name], (record["id"], name)
                checked += 1
        if was.get("model", "").startswith("gpt-5"):
            assert made["model"] == was["model"], record["id"]
    assert checked


def test_functions_are_made_strict_as_they_were() -> None:
    for record in accepted():
        asked = {t.get("name"): t for t in record["request"]["json"].get("tools") or ()}
        for tool in ending(record).get("tools") or ():
            given = asked.get(tool.get("name"), {})
            if tool["type"] != "function" or given.get("type") != "function":
                continue
            if given.get("strict") is None and "additionalProperties" in tool["parameters"]:
                made, was = strengthened(given["parameters"]), dict(tool["parameters"])
                if record["provenance"] != "recorded":  # its keys were sorted: so is the order
                    made["required"], was["required"] = set(made["required"]), set(was["required"])
                assert made == was, record["id"]


def test_the_fields_come_in_the_order_that_they_were_in() -> None:
    for record in accepted():
        was = list(ending(record))
        if not was or was == sorted(was) or ending(record)["created_at"] < _ORDERED:
            continue
        made = made_from(read_create(record["request"]["json"], World())).now()
        assert [n for n in made if n in was] == [n for n in was if n in made], record["id"]


def test_what_was_rejected_is_rejected() -> None:
    rejected = [
        record
        for record in material.recorded("/responses")
        if record["response"]["status"] == 400
        and record["response"]["json"]["error"]["code"] == "decimal_below_min_value"
    ]
    for record in rejected:
        with pytest.raises(APIFault) as caught:
            read_create(record["request"]["json"], World())
        assert caught.value.body == record["response"]["json"]


def test_models_that_there_are_not_are_rejected_alike(needs_shared: Any) -> None:
    for record in material.recorded("/responses"):
        error = (record["response"].get("json") or {}).get("error") or {}
        if error.get("code") == "model_not_found":
            with pytest.raises(APIFault) as caught:
                read_create({**record["request"]["json"], "model": "does-not-exist"}, World())
            was = error["message"].replace(record["request"]["json"]["model"], "does-not-exist")
            assert caught.value.status == record["response"]["status"]
            assert caught.value.body["error"] == {**error, "message": was}


def test_recorded_counts_are_accepted(needs_shared: Any) -> None:
    for record in material.recorded("/responses/input_tokens"):
        if record["response"]["status"] == 200:
            read_fields(record["request"]["json"], COUNT_FIELDS, World())
