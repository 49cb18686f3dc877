"""Embeddings: requests within the API's limits, and vectors as Python floats.

Towards OpenAI itself vectors travel as base64 unless the caller says otherwise: fewer bytes, and
far less work to read. The caller sees floats in both cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.errors import APIResponseValidationError
from jackfield.hookspecs import hookimpl
from jackfield_openai_embeddings.batches import Span, spans
from jackfield_openai_embeddings.joining import in_order, joined, telling
from jackfield_openai_embeddings.vectors import decode

if TYPE_CHECKING:
    from jackfield.answers import Next


class Batches(NamedTuple):
    """Between two requests: how the inputs are cut, and the answer so far."""

    spans: tuple[Span, ...]
    done: int = 0
    answer: dict[str, Any] | None = None


@hookimpl
def transform_request(call: Call) -> WireRequest:
    """Send the parameters as they are, the model first; of a long list, the first batch."""
    cut = spans(call.params.get("input"))
    return _request(call, cut[0] if len(cut) > 1 else None)


@hookimpl
def transform_response(call: Call, response: WireResponse) -> Result | Next | None:
    """Decode and order what came; ask for the next batch until all are there."""
    batches: Batches = response.state or Batches(spans(call.params.get("input")))
    answer = response.json
    if len(batches.spans) < 2:
        # What is no embedding answer stays as it is; where it is no object, core says so.
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            return None
        items = answer["data"]
        for _, wanted in batches.spans:  # a list that went in one request
            _count(items, wanted, answer, response)
        return Result({**answer, "data": _readable(in_order(items), 0, call, response)})
    start, end = batches.spans[batches.done]
    items = in_order(_checked(answer, end - start, response))
    items = _readable(items, start, call, response)
    whole = joined(batches.answer, {**answer, "data": items}, start)
    done = batches.done + 1
    if done == len(batches.spans):
        return Result(whole)
    from jackfield.answers import Next  # only a long list comes here

    return Next(
        _request(call, batches.spans[done]),
        state=Batches(batches.spans, done, whole),
        progress=100 * end / batches.spans[-1][1],
        partial=whole,
    )


def _packs(call: Call) -> bool:
    return call.official and "encoding_format" not in call.params


def _request(call: Call, span: Span | None) -> WireRequest:
    body = call.body()
    if span is not None:
        body["input"] = body["input"][slice(*span)]
    if _packs(call):
        body["encoding_format"] = "base64"
    return WireRequest(path="/embeddings", body=body)


def _readable(items: list[Any], start: int, call: Call, response: WireResponse) -> list[Any]:
    """The embeddings with their vectors as floats, unless the caller asked for a format."""
    if not _packs(call):
        return items
    found = []
    for at, item in enumerate(items, start):
        vector = item.get("embedding") if isinstance(item, dict) else None
        if isinstance(vector, str):
            try:
                item = {**item, "embedding": decode(vector)}
            except ValueError as error:
                what = f"an embedding, number {at}, that is {error}"
                raise _invalid(what, vector, response) from None
        found.append(item)
    return found


def _checked(answer: Any, wanted: int, response: WireResponse) -> list[Any]:
    """The embeddings of a batch; one too few, and all that follow would be another input's."""
    items = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _invalid("no list of embeddings", answer, response)
    _count(items, wanted, answer, response)
    if not telling(items):
        raise _invalid("embeddings whose indices do not tell which is which", answer, response)
    return items


def _count(items: list[Any], wanted: int, answer: Any, response: WireResponse) -> None:
    if len(items) != wanted:
        raise _invalid(f"{len(items)} embeddings for {wanted} inputs", answer, response)


def _invalid(what: str, body: Any, response: WireResponse) -> APIResponseValidationError:
    return APIResponseValidationError(
        f"the upstream answered {response.status} with {what}",
        status_code=response.status,
        headers=response.headers,
        request_id=response.headers.get("x-request-id"),
        body=body[:200] if isinstance(body, str) else body,
        retryable=False,
    )
