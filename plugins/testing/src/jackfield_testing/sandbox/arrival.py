"""A request off the wire, as the journal keeps it."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from jackfield_testing.sandbox.journal import RecordedRequest


async def receive(request: Request) -> RecordedRequest:
    """Read a request to its end; of a client that leaves before, what came is kept."""
    body, left = bytearray(), False
    try:
        async for piece in request.stream():
            body += piece
    except ClientDisconnect:
        left = True
    record = RecordedRequest(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        headers=_joined(request),
        body=bytes(body),
    )
    if left:
        record.finish(disconnected=True)
    return record


def _joined(request: Request) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
