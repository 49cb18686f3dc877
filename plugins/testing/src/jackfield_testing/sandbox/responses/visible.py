"""What of an item is shown: some of it only where ``include`` asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

Item = dict[str, Any]


def visible(found: Mapping[str, Any], include: Collection[str]) -> Item:
    """Give an item as a request with this ``include`` sees it."""
    shown = dict(found)
    for name, hide in _HIDDEN.get(found["type"], ()):
        if name not in include:
            hide(shown)
    return shown


def _encrypted(found: Item) -> None:
    found.pop("encrypted_content", None)


def _logprobs(found: Item) -> None:
    found["content"] = [
        {**part, "logprobs": []} if "logprobs" in part else part for part in found["content"]
    ]


def _image_urls(found: Item) -> None:
    found["content"] = [
        {**part, "image_url": None} if part["type"] == "input_image" else part
        for part in found["content"]
    ]


def _screenshot(found: Item) -> None:
    if isinstance(found["output"], dict) and "image_url" in found["output"]:
        found["output"] = {**found["output"], "image_url": None}


def _sources(found: Item) -> None:
    if isinstance(found.get("action"), dict):
        found["action"] = {k: v for k, v in found["action"].items() if k != "sources"}


def _results(found: Item) -> None:
    found["results"] = None


def _outputs(found: Item) -> None:
    found["outputs"] = None


#: Item type to what is hidden, unless it is included by this name.
_HIDDEN: dict[str, tuple[tuple[str, Callable[[Item], None]], ...]] = {
    "code_interpreter_call": (("code_interpreter_call.outputs", _outputs),),
    "computer_call_output": (("computer_call_output.output.image_url", _screenshot),),
    "file_search_call": (("file_search_call.results", _results),),
    "message": (
        ("message.output_text.logprobs", _logprobs),
        ("message.input_image.image_url", _image_urls),
    ),
    "reasoning": (("reasoning.encrypted_content", _encrypted),),
    "web_search_call": (("web_search_call.action.sources", _sources),),
}


def shown_body(body: Mapping[str, Any], include: Collection[str]) -> dict[str, Any]:
    """Give a response as a request with this ``include`` sees it."""
    return {**body, "output": [visible(found, include) for found in body["output"]]}
