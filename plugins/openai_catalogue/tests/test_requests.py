"""Ids in paths, and parameters in queries."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import RequestError
from jackfield.sources import Source
from jackfield_openai_catalogue.queries import query
from jackfield_openai_catalogue.segments import segment
from jackfield_testing import strategies

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text not in (".", "..")
)


@given(IDS)
def test_an_id_is_one_segment_whatever_is_in_it(identifier: str) -> None:
    found = segment(identifier, "video_id", "a video")
    assert urlsplit(f"https://host/a/{found}/b").path.split("/") == ["", "a", found, "b"]
    assert unquote(found) == identifier
    assert segment({"id": identifier, "object": "video"}, "video_id", "a video") == found


@pytest.mark.parametrize("given_id", [None, "", ".", "..", 7, True, [], {}, {"id": ".."}, "\ud800"])
def test_what_is_no_id_is_an_error_that_names_it(given_id: Any) -> None:
    with pytest.raises(RequestError, match="job_id") as caught:
        segment(given_id, "job_id", "a job")
    assert caught.value.path == "job_id"


@given(strategies.json_objects())
def test_a_query_has_every_text_in_its_place(params: dict[str, Any]) -> None:
    found = query(params)
    sent = parse_qsl(urlencode(found, doseq=True, errors="surrogatepass"), keep_blank_values=True)
    assert len(sent) == sum(leaves(value) for value in params.values())


def leaves(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)) or not value:
        return 1
    return sum(leaves(item) for item in inside)


def test_a_query_names_what_is_nested_as_openais_libraries_do() -> None:
    params = {"include": ["a", "b"], "limit": 2, "stream": True, "meta": {"k": ["x"]}, "none": None}
    assert query(params) == {
        "include[]": ["a", "b"],
        "limit": "2",
        "stream": "true",
        "meta[k][]": "x",
        "none": "",
    }


def test_a_query_carries_no_file() -> None:
    with pytest.raises(RequestError, match=r"after\[\] is a file") as caught:
        query({"after": [Source.of(b"x")]})
    assert caught.value.path == "after[]"
