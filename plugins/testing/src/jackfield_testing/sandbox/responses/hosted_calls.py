"""The calls of the tools that the API runs itself, all but those of MCP servers.

What a call has to show only where ``include`` asks for it is in the item all the same: ``visible``
takes it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jackfield_testing.sandbox.chat.conversation import excerpt
from jackfield_testing.sandbox.chat.topics import proper_names, subject
from jackfield_testing.sandbox.responses.parts import item, part
from jackfield_testing.sandbox.responses.pictures import picture, size_of
from jackfield_testing.sandbox.responses.turn import Turn

_Tool = Mapping[str, Any]


def _web_search(turn: Turn, tool: _Tool) -> dict[str, Any]:
    queries = _queries(turn)
    sources = [{"type": "url", "url": "https://example.com/jackfield"}]
    action = part("search", query=queries[0], queries=queries, sources=sources)
    return item(
        id=turn.id("web_search_call", "0"),
        type="web_search_call",
        status="completed",
        action=action,
    )


def _file_search(turn: Turn, tool: _Tool) -> dict[str, Any]:
    queries = _queries(turn)
    results = [
        {
            "attributes": {},
            "file_id": f"file-{turn.identity.text(store, 22)}",
            "filename": f"{store}.md",
            "score": round(0.9 - number / 10, 4),
            "text": f"About {queries[0]}.",
            "vector_store_id": store,
        }
        for number, store in enumerate(map(str, tool["vector_store_ids"][:8]))
    ]
    return item(
        id=turn.id("file_search_call", "0"),
        type="file_search_call",
        status="completed",
        queries=queries,
        results=results,
    )


def _code_interpreter(turn: Turn, tool: _Tool) -> dict[str, Any]:
    container, topic = tool["container"], subject(turn.text)
    made = f"cntr_{turn.identity.hex('container', 48)}"
    return item(
        id=turn.id("code_interpreter_call", "0"),
        type="code_interpreter_call",
        status="completed",
        code=f"topic = {topic!r}\nprint(len(topic))",
        container_id=container if isinstance(container, str) else made,
        outputs=[{"type": "logs", "logs": f"{len(topic)}\n"}],
    )


def _image_generation(turn: Turn, tool: _Tool) -> dict[str, Any]:
    quality, background = tool.get("quality") or "auto", tool.get("background") or "auto"
    return item(
        id=turn.id("image_generation_call", "0"),
        type="image_generation_call",
        status="completed",
        background="opaque" if background == "auto" else background,
        output_format=tool.get("output_format") or "png",
        quality="high" if quality == "auto" else quality,
        result=picture(tool, turn.identity.key),
        revised_prompt=f"A picture of one colour for “{excerpt(turn.text)}”.",
        size=size_of(tool),
    )


def _queries(turn: Turn) -> list[str]:
    return proper_names(turn.text) or [subject(turn.text)]


#: Kind of tool to what calls it.
HOSTED: dict[str, Callable[[Turn, _Tool], dict[str, Any]]] = {
    "code_interpreter": _code_interpreter,
    "file_search": _file_search,
    "image_generation": _image_generation,
    "web_search": _web_search,
}
