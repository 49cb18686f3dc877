"""Jackfield: one call shape for OpenAI's API surfaces, each surface a plugin.

The functions here run on a default client that reads the attributes below at call time; libraries
should hold a `Client` or `AsyncClient` of their own. Nothing heavy is imported before the first
call.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from jackfield.errors import (
    AmbiguousRouteError,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    ConfigError,
    ConflictError,
    ContentPolicyViolationError,
    ContextWindowExceededError,
    InternalServerError,
    JackfieldError,
    NoRouteError,
    NotFoundError,
    PermissionDeniedError,
    PluginError,
    RateLimitError,
    RequestError,
    RoutingError,
    ServiceUnavailableError,
    SourceError,
    StreamInterruptedError,
    StructuredOutputError,
    Timeout,
    TransportError,
    UnprocessableEntityError,
    UnsupportedParamsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.api import (
        acall,
        acompletion,
        call,
        completion,
        explain,
        list_models,
        plugins,
        stream_chunk_builder,
        supported_params,
    )
    from jackfield.client import AsyncClient, Client, JackfieldWarning
    from jackfield.stream import AsyncStream, Stream
    from jackfield.surfaces.chat import ChatCompletion, ChatCompletionChunk

__version__ = "0.1.0"

api_key: str | None = None
api_base: str | None = None
organization: str | None = None
project: str | None = None
headers: Mapping[str, str] | None = None
client_session: Any = None
aclient_session: Any = None
return_response_headers: bool = False
drop_params: bool | None = None
timeout: Any = None
max_retries: int | None = None

_LAZY = {
    "AsyncClient": "jackfield.client",
    "AsyncStream": "jackfield.stream",
    "ChatCompletion": "jackfield.surfaces.chat",
    "ChatCompletionChunk": "jackfield.surfaces.chat",
    "Client": "jackfield.client",
    "JackfieldWarning": "jackfield.client",
    "Stream": "jackfield.stream",
    "acall": "jackfield.api",
    "acompletion": "jackfield.api",
    "call": "jackfield.api",
    "completion": "jackfield.api",
    "explain": "jackfield.api",
    "list_models": "jackfield.api",
    "plugins": "jackfield.api",
    "stream_chunk_builder": "jackfield.api",
    "supported_params": "jackfield.api",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'jackfield' has no attribute {name!r}")
    found = getattr(importlib.import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AmbiguousRouteError",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadGatewayError",
    "BadRequestError",
    "ChatCompletion",
    "ChatCompletionChunk",
    "Client",
    "ConfigError",
    "ConflictError",
    "ContentPolicyViolationError",
    "ContextWindowExceededError",
    "InternalServerError",
    "JackfieldError",
    "JackfieldWarning",
    "NoRouteError",
    "NotFoundError",
    "PermissionDeniedError",
    "PluginError",
    "RateLimitError",
    "RequestError",
    "RoutingError",
    "ServiceUnavailableError",
    "SourceError",
    "Stream",
    "StreamInterruptedError",
    "StructuredOutputError",
    "Timeout",
    "TransportError",
    "UnprocessableEntityError",
    "UnsupportedParamsError",
    "acall",
    "acompletion",
    "call",
    "completion",
    "explain",
    "list_models",
    "plugins",
    "stream_chunk_builder",
    "supported_params",
]
