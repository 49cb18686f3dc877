"""Hypothesis strategies for what Jackfield and its plugins take and give.

Import this package in tests only: it imports Hypothesis. Small strategies make up larger ones, so
that a plugin's tests can take the part they need::

    from hypothesis import given
    from jackfield_testing import laws, strategies

    @given(strategies.chat_results())
    def test_my_answers_fold(result):
        laws.split_folds_back(my_surface, result)
"""

from __future__ import annotations

from jackfield_testing.strategies.chunks import chunk_sequences, chunks_of, pieces_of_text
from jackfield_testing.strategies.errors import (
    RetrySituation,
    bodies,
    error_bodies,
    error_objects,
    retry_situations,
)
from jackfield_testing.strategies.json_values import (
    integers,
    json_objects,
    json_values,
    keys,
    scalars,
    texts,
    with_a_non_finite,
)
from jackfield_testing.strategies.manifests import Landscape, landscapes
from jackfield_testing.strategies.messages import messages, parts
from jackfield_testing.strategies.parameters import param_cases
from jackfield_testing.strategies.profiles import use
from jackfield_testing.strategies.requests import chat_params
from jackfield_testing.strategies.results import chat_results, choices, tool_calls, usages
from jackfield_testing.strategies.sse import (
    Encoding,
    cuts,
    encode_events,
    encodings,
    event_data,
    lines,
)
from jackfield_testing.strategies.structures import Structure, structures
from jackfield_testing.strategies.tools import response_formats, tool_choices, tools

__all__ = [
    "Encoding",
    "Landscape",
    "RetrySituation",
    "Structure",
    "bodies",
    "chat_params",
    "chat_results",
    "choices",
    "chunk_sequences",
    "chunks_of",
    "cuts",
    "encode_events",
    "encodings",
    "error_bodies",
    "error_objects",
    "event_data",
    "integers",
    "json_objects",
    "json_values",
    "keys",
    "landscapes",
    "lines",
    "messages",
    "param_cases",
    "parts",
    "pieces_of_text",
    "response_formats",
    "retry_situations",
    "scalars",
    "structures",
    "texts",
    "tool_calls",
    "tool_choices",
    "tools",
    "usages",
    "use",
    "with_a_non_finite",
]
