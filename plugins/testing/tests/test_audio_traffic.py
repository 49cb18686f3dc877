"""Recorded requests for audio and files get answers of the shape that they really got."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import httpx
import material


def shape(value: Any) -> Any:
    """Leave the names and types of a value, and what says which shape it has."""
    if isinstance(value, dict):
        told = {"type", "object", "task"}
        return {k: v if k in told else shape(v) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def content(part: dict[str, Any]) -> bytes:
    """Give a file as long as it was; of long ones, only the beginning was kept."""
    kept = re.match(r"[A-Za-z0-9+/]*", part["b64"])[0]  # type: ignore[index]  # always fits
    data = base64.b64decode(kept[: len(kept) // 4 * 4])
    return data.ljust(part["size"], b"\0")


def measures(body: Any) -> Any:
    """Give what a body says of the sound itself."""
    usage = body.get("usage", {})
    return body.get("duration"), usage.get("input_tokens"), usage.get("seconds")


def send(client: httpx.Client, record: dict[str, Any]) -> httpx.Response:
    request = record["request"]
    if request.get("json"):
        return client.post(record["ep"], json=request["json"])
    parts = []
    for part in request["multipart"]:
        if "filename" in part:
            parts.append((part["name"], (part["filename"], content(part))))
        else:
            parts.append((part["name"], (None, part["value"])))
    return client.post(record["ep"], files=parts)


def test_recorded_requests(needs_shared: Path, client: httpx.Client) -> None:
    paths = ("/audio/transcriptions", "/audio/translations", "/audio/speech", "/files")
    seen = []
    for record in material.recorded():
        if record["ep"] not in paths or record["method"] != "POST":
            continue
        if not (record["request"].get("json") or record["request"].get("multipart")):
            continue
        theirs, ours = record["response"], send(client, record)
        assert ours.status_code == theirs["status"], (record["id"], ours.text)
        kind = ours.headers["content-type"]
        assert kind.partition(";")[0] == theirs["headers"]["content-type"].partition(";")[0]
        if "json" in theirs:
            found, wanted = shape(ours.json()), shape(theirs["json"])
            later = {"usage", "expires_at"} - wanted.keys()  # which older answers lack
            wanted |= {name: found[name] for name in later & found.keys()}
            assert found == wanted, record["id"]
            if ".wav" in str(record["request"].get("multipart", "")):
                assert measures(ours.json()) == measures(theirs["json"])
                seen.append("a WAV file")
        elif "sse" in theirs:
            mine = [line for line in ours.text.split("\r\n\r\n") if line]
            recorded = [line for line in theirs["sse"].split("\r\n\r\n") if line]
            assert [line[:40] for line in mine[-2:]] == [line[:40] for line in recorded[-2:]]
            assert mine[0][:40] == recorded[0][:40]
        seen.append(record["ep"])
    assert set(seen) == {*paths, "a WAV file"}
