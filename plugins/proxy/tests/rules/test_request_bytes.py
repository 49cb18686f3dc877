"""A request goes upstream byte for byte; only the name of its model is replaced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_http import JSON, ask
from proxying import Proxy
from rawserver import RawServer

from jackfield_testing import strategies

SHORT = b'"model":"NAME","messages":[]'
REQUESTS: dict[str, bytes] = {
    "compact": b'{"model":"NAME","messages":[{"role":"user","content":"hi"}]}',
    "blanks": b' {\r\n\t"model" :\t"NAME" , "messages":[ {"role":"user","content":"hi"} ] }\n\n',
    "last": b'{"messages":[{"role":"user","content":"hi"}],"model":"NAME"}',
    "unknown fields": b'{"z":1,%s,"a":{"b":[null,{"c":1e2}]},"made up":""}' % SHORT,
    "nulls": b'{%s,"stop":null,"user":null,"stream":false}' % SHORT,
    "numbers": b'{%s,"seed":12345678901234567890123,"temperature":1.0,"top_p":1E-0}' % SHORT,
    "escapes": rb'{%s,"user":"\/ \ud83d\ude80 \n caf\u00e9"}' % SHORT,
    "raw text": '{"messages":[],"user":"日本 é 🚀 \u2028","model":"NAME"}'.encode(),
    "the word in text": rb'{%s,"user":"\"model\": \"x\" model"}' % SHORT,
    "braces in text": rb'{"user":"{\"model\":\"y\"}",%s}' % SHORT,
    "repeated fields": b'{"user":"a",%s,"user":"b"}' % SHORT,
    "tools": b'{%s,"tools":[{"type":"function","function":{"name":"f"}}]}' % SHORT,
    "a stream": b'{%s,"stream":true,"stream_options":{"include_usage":true}}' % SHORT,
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize(
    ("given", "sent"), [("gpt-4o", "gpt-4o"), ("openai/gpt-4o", "gpt-4o"), ("openai/é\\n", "é\\n")]
)
def test_only_the_models_name_is_replaced(
    proxy: Proxy, upstream: RawServer, name: str, given: str, sent: str
) -> None:
    body = REQUESTS[name]
    got = ask(proxy.url, body=body.replace(b"NAME", given.encode()), headers=JSON)
    assert got.status == 200, got.body
    assert upstream.requests[-1].body == body.replace(b"NAME", sent.encode())
    assert upstream.requests[-1].headers["content-type"] == "application/json"


DOUBTFUL: dict[str, tuple[bytes, dict[str, Any]]] = {
    "two names": (
        b'{"model":"openai/a","messages":[],"model":"openai/b","z":null}',
        {"model": "b", "messages": [], "z": None},
    ),
    "a name inside": (
        b'{"metadata":{"model":"openai/x"},"model":"openai/b","messages":[]}',
        {"metadata": {"model": "openai/x"}, "model": "b", "messages": []},
    ),
    "an escaped key": (
        rb'{"mod\u0065l":"openai/b","messages":[]}',
        {"model": "b", "messages": []},
    ),
    "an escaped key beside a plain one": (
        rb'{"model":"openai/a","messages":[],"\u006dodel":"openai/b"}',
        {"model": "b", "messages": []},
    ),
    "an escaped key inside": (
        rb'{"metadata":{"\u006d\u006fdel":"q"},"messages":[],"model":"openai/b"}',
        {"metadata": {"model": "q"}, "messages": [], "model": "b"},
    ),
    "an escaped name": (
        rb'{"model":"openai\u002fb","messages":[]}',
        {"model": "b", "messages": []},
    ),
    "a name with a slash": (
        rb'{"model":"openai\/b","messages":[]}',
        {"model": "b", "messages": []},
    ),
    "the key as a value": (
        b'{"user":"model","model":"openai/b","messages":[]}',
        {"user": "model", "model": "b", "messages": []},
    ),
    "the key in a list": (
        b'{"stop":["model","x"],"messages":[],"model":"openai/b"}',
        {"stop": ["model", "x"], "messages": [], "model": "b"},
    ),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_where_the_name_is_in_doubt(proxy: Proxy, upstream: RawServer, name: str) -> None:
    body, meant = DOUBTFUL[name]
    assert ask(proxy.url, body=body, headers=JSON).status == 200
    [request] = upstream.requests
    assert request.json == meant
    # Whoever reads the first of two keys, or the last, reads the same.
    pairs = json.loads(request.body, object_pairs_hook=list)
    assert [value for key, value in pairs if key == "model"] == [meant["model"]]


@settings(max_examples=60)
@given(body=strategies.json_objects(), at=st.integers(0, 5))
def test_any_object_arrives_as_it_is(
    proxy: Proxy, server: RawServer, body: dict[str, Any], at: int
) -> None:
    from jackfield_proxy.requests.access import FORBIDDEN

    pairs = [(k, v) for k, v in body.items() if k not in FORBIDDEN | {"model", "messages"}]
    pairs.insert(at, ("messages", []))
    pairs.insert(at, ("model", "openai/gpt-4o"))
    given = dict(pairs)
    given.pop("stream", None)
    server.requests.clear()
    try:
        data = json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate
        data = json.dumps(given).encode()
    got = ask(proxy.url, body=data, headers=JSON)
    if got.status == 400:  # a parameter that this server checks
        assert got.error["message"]
        return
    assert got.status == 200, got.body
    sent = {**given, "model": "gpt-4o"}
    assert json.dumps(server.requests[-1].json) == json.dumps(sent)
