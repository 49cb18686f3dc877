"""Put the answers to several requests together as if one had been asked for everything."""

from __future__ import annotations

from typing import Any


def in_order(items: list[Any]) -> list[Any]:
    """Embeddings in the order of their ``index``; as they came where those tell no order."""
    places = _places(items)
    if any(type(place) is not int for place in places) or len(set(places)) < len(places):
        return items
    return items if places == sorted(places) else sorted(items, key=lambda item: item["index"])


def telling(items: list[Any]) -> bool:
    """Whether it is plain which embedding is which: all have an ``index`` of their own, or none.

    Servers that give every one the same ``index`` give none.
    """
    places = _places(items)
    kinds = {type(place) for place in places}
    return kinds == {type(None)} or (kinds == {int} and len(set(places)) in (1, len(places)))


def _places(items: list[Any]) -> list[Any]:
    return [item.get("index") if isinstance(item, dict) else None for item in items]


def joined(before: dict[str, Any] | None, answer: dict[str, Any], start: int) -> dict[str, Any]:
    """The answer so far and the next one as one answer.

    Embeddings are numbered on and usage is summed; of everything else the first answer's stands.

    Args:
        before: the answer to the inputs before these; None where there were none.
        answer: with its embeddings in order.
        start: the number of its first input.
    """
    numbered = [{**item, "index": start + at} for at, item in enumerate(answer["data"])]
    if before is None:
        return {**answer, "data": numbered}
    whole = {**before, **{key: value for key, value in answer.items() if key not in before}}
    whole["data"] = [*before["data"], *numbered]
    if "usage" in answer:
        whole["usage"] = summed(before.get("usage"), answer["usage"])
    return whole


def summed(one: Any, other: Any) -> Any:
    """Two usages as one: numbers added, objects field by field, other values as in the first."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = {key: summed(one[key], other[key]) for key in one if key in other}
        return {**one, **both, **{key: other[key] for key in other if key not in one}}
    if _is_number(one) and _is_number(other):
        return one + other
    return other if one is None else one


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
