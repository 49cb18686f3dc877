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

from jackfield_testing.strategies.audio import (
    Audio,
    audio_files,
    diarized_segments,
    not_audio,
    speech_streams,
    transcription_logprobs,
    transcription_params,
    transcription_results,
    transcription_streams,
)
from jackfield_testing.strategies.chunks import chunk_sequences, chunks_of, pieces_of_text
from jackfield_testing.strategies.content import Media, documents, images, media, png, sounds
from jackfield_testing.strategies.conversations import (
    bridged_chat_params,
    chat_conversations,
    input_items,
    responses_params,
)
from jackfield_testing.strategies.embeddings import (
    embedding_params,
    embedding_results,
    input_lists,
    token_lists,
    vectors,
)
from jackfield_testing.strategies.errors import (
    RetrySituation,
    bodies,
    error_bodies,
    error_objects,
    retry_situations,
)
from jackfield_testing.strategies.json_texts import json_texts
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
from jackfield_testing.strategies.responses import (
    answered_completions,
    answered_responses,
    disordered_streams,
    events_of,
    mixed_chat_streams,
    new_items,
    odd_events,
    odd_items,
    outputs,
    plain_chat_streams,
    response_streams,
)
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
from jackfield_testing.strategies.text import (
    prompts,
    text_choices,
    text_chunk_sequences,
    text_chunks_of,
    text_logprobs,
    text_messages,
    text_params,
    text_results,
)
from jackfield_testing.strategies.tools import response_formats, tool_choices, tools
from jackfield_testing.strategies.video import (
    video_ids,
    video_jobs,
    video_lists,
    video_params,
    videos,
)

__all__ = [
    "Audio",
    "Encoding",
    "Landscape",
    "Media",
    "RetrySituation",
    "Structure",
    "answered_completions",
    "answered_responses",
    "audio_files",
    "bodies",
    "bridged_chat_params",
    "chat_conversations",
    "chat_params",
    "chat_results",
    "choices",
    "chunk_sequences",
    "chunks_of",
    "cuts",
    "diarized_segments",
    "disordered_streams",
    "documents",
    "embedding_params",
    "embedding_results",
    "encode_events",
    "encodings",
    "error_bodies",
    "error_objects",
    "event_data",
    "events_of",
    "images",
    "input_items",
    "input_lists",
    "integers",
    "json_objects",
    "json_texts",
    "json_values",
    "keys",
    "landscapes",
    "lines",
    "media",
    "messages",
    "mixed_chat_streams",
    "new_items",
    "not_audio",
    "odd_events",
    "odd_items",
    "outputs",
    "param_cases",
    "parts",
    "pieces_of_text",
    "plain_chat_streams",
    "png",
    "prompts",
    "response_formats",
    "response_streams",
    "responses_params",
    "retry_situations",
    "scalars",
    "sounds",
    "speech_streams",
    "structures",
    "text_choices",
    "text_chunk_sequences",
    "text_chunks_of",
    "text_logprobs",
    "text_messages",
    "text_params",
    "text_results",
    "texts",
    "token_lists",
    "tool_calls",
    "tool_choices",
    "tools",
    "transcription_logprobs",
    "transcription_params",
    "transcription_results",
    "transcription_streams",
    "usages",
    "use",
    "vectors",
    "video_ids",
    "video_jobs",
    "video_lists",
    "video_params",
    "videos",
    "with_a_non_finite",
]
