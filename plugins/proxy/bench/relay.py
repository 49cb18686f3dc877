"""The bare relay that Jackfield is compared with: no auth, no routing, no limits, no metrics.

One aiohttp session for the application, as aiohttp's manual asks for, on the server that Jackfield
runs on (uvicorn, uvloop, httptools). It forwards a request's body and key to the upstream, and the
answer as it comes.
"""

from __future__ import annotations

import os
from typing import Any

import aiohttp

UPSTREAM, PACED = os.environ["UPSTREAM"], os.environ["PACED"]
sessions: list[aiohttp.ClientSession] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if not sessions:
        connector = aiohttp.TCPConnector(limit=0)
        sessions.append(aiohttp.ClientSession(connector=connector, auto_decompress=False))
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    given = dict(scope["headers"])
    headers = {
        "Authorization": given.get(b"authorization", b"").decode("latin-1"),
        "Content-Type": "application/json",
    }
    path = scope["path"]
    url = (PACED if path.startswith("/paced/") else UPSTREAM) + path
    async with sessions[0].post(url, data=body, headers=headers) as answer:
        kept = [
            (name.lower(), value)
            for name, value in answer.raw_headers
            if name.lower() in (b"content-type", b"content-length", b"content-encoding")
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": kept})
        async for data in answer.content.iter_any():
            await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
