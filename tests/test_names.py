"""What is public, and which module may know what: names, hooks, imports, surfaces."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import jackfield
from jackfield import hookspecs

TOP = [
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
    "Binary",
    "ChatCompletion",
    "ChatCompletionChunk",
    "Client",
    "CompactedResponse",
    "ConfigError",
    "ConflictError",
    "ContentPolicyViolationError",
    "ContextWindowExceededError",
    "Conversation",
    "DeletedResponse",
    "DeletedVideo",
    "EmbeddingResponse",
    "InternalServerError",
    "ItemList",
    "JackfieldError",
    "JackfieldWarning",
    "NoRouteError",
    "NotFoundError",
    "PermissionDeniedError",
    "PluginError",
    "Progress",
    "RateLimitError",
    "RequestError",
    "Response",
    "ResponseEvent",
    "RoutingError",
    "ServiceUnavailableError",
    "SourceError",
    "SpeechEvent",
    "StoredItem",
    "Stream",
    "StreamInterruptedError",
    "StructuredOutputError",
    "TextCompletion",
    "TextCompletionChunk",
    "Timeout",
    "TokenCount",
    "Transcription",
    "TranscriptionEvent",
    "Translation",
    "TransportError",
    "UnprocessableEntityError",
    "UnsupportedParamsError",
    "Video",
    "VideoList",
    "acall",
    "acancel_response",
    "acompact_response",
    "acompletion",
    "aconversation_add_items",
    "aconversation_create",
    "aconversation_delete",
    "aconversation_delete_item",
    "aconversation_get",
    "aconversation_get_item",
    "aconversation_items",
    "aconversation_update",
    "acount_input_tokens",
    "adelete_response",
    "aembedding",
    "aget_response",
    "alist_input_items",
    "aresponses",
    "aspeech",
    "atext_completion",
    "atranscription",
    "atranslation",
    "avideo_content",
    "avideo_delete",
    "avideo_edit",
    "avideo_extension",
    "avideo_generation",
    "avideo_list",
    "avideo_remix",
    "avideo_status",
    "call",
    "cancel_response",
    "compact_response",
    "completion",
    "conversation_add_items",
    "conversation_create",
    "conversation_delete",
    "conversation_delete_item",
    "conversation_get",
    "conversation_get_item",
    "conversation_items",
    "conversation_update",
    "count_input_tokens",
    "delete_response",
    "embedding",
    "explain",
    "get_response",
    "list_input_items",
    "list_models",
    "plugins",
    "responses",
    "speech",
    "stream_chunk_builder",
    "supported_params",
    "text_completion",
    "transcription",
    "translation",
    "video_content",
    "video_delete",
    "video_edit",
    "video_extension",
    "video_generation",
    "video_list",
    "video_remix",
    "video_status",
]
ATTRIBUTES = {
    "api_key",
    "api_base",
    "organization",
    "project",
    "headers",
    "client_session",
    "aclient_session",
    "return_response_headers",
    "drop_params",
    "timeout",
    "max_retries",
}
HOOKS = {
    "transform_request": ["call"],
    "transform_response": ["call", "response"],
    "stream_chunk": ["call", "event", "state"],
    "supported_params": ["surface", "model", "params"],
}
PLUGIN_AUTHORS_IMPORT: dict[str, set[str]] = {
    "jackfield.envelope": {
        *("Call", "Chunk", "Decline", "Delegate", "END", "Event", "Fetch", "Fetched", "FilePart"),
        *("Framing", "JSON", "Loss", "Multipart", "Next", "Policy", "Result", "WireRequest"),
        "WireResponse",
    },
    "jackfield.hookspecs": {"hookimpl", "hookspec"},
    "jackfield.manifest": {
        *("Alias", "Claim", "Endpoint", "HOOK_API", "Manifest", "Naming", "Operation"),
        *("ParamRule", "Reserved", "Rewriter", "Surface"),
    },
    "jackfield.middleware": {
        *("Answer", "Deliver", "Flow", "Middleware", "Outgoing", "Proceed", "watched"),
    },
    "jackfield.params": {"Param", "ParamSet"},
    "jackfield.sources": {"Sink", "Source"},
    "jackfield.views": {"ResultView", "View", "child", "children"},
}
ERROR_FIELDS = {
    *("status_code", "message", "code", "param", "type", "request_id", "headers", "body"),
    *("model", "provider", "retryable"),
}


def test_the_exported_names_are_these() -> None:
    assert jackfield.__all__ == sorted(TOP)
    missing = [name for name in TOP if not hasattr(jackfield, name)]
    assert not missing
    assert set(TOP) <= set(dir(jackfield))


def test_everything_else_at_the_top_is_a_setting_a_module_or_private() -> None:
    importlib.import_module("jackfield.api")
    allowed = {*TOP, *ATTRIBUTES, "annotations", "importlib", "TYPE_CHECKING", "Any"}
    extra = {
        name
        for name, value in vars(jackfield).items()
        if not name.startswith("_") and name not in allowed and not isinstance(value, ModuleType)
    }
    assert not extra
    assert set(vars(jackfield)) >= ATTRIBUTES


def test_the_clients_take_the_module_attributes_as_arguments() -> None:
    given = inspect.signature(jackfield.client._Base.__init__).parameters
    assert set(given) >= {*ATTRIBUTES, "base_url", "unsupported", "stream_idle_timeout"}


def test_both_clients_have_the_same_methods() -> None:
    def public(of: type) -> set[str]:
        return {name for name in dir(of) if not name.startswith("_")}

    assert public(jackfield.AsyncClient) - public(jackfield.Client) == {"aclose"}
    assert not public(jackfield.Client) - public(jackfield.AsyncClient)


def test_every_method_of_the_client_is_a_function_of_the_module() -> None:
    for name in dir(jackfield.Client):
        if name.startswith("_") or name == "close":
            continue
        assert name in TOP
        if inspect.iscoroutinefunction(getattr(jackfield.AsyncClient, name)):
            assert f"a{name}" in TOP


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="competion"):
        _ = jackfield.competion


@pytest.mark.parametrize("module", PLUGIN_AUTHORS_IMPORT)
def test_what_plugin_authors_import_is_where_it_was(module: str) -> None:
    found = importlib.import_module(module)
    assert not [name for name in PLUGIN_AUTHORS_IMPORT[module] if not hasattr(found, name)]


def test_the_hooks_take_these_arguments() -> None:
    """Arguments are only ever added, at the end; a removed one breaks plugins."""
    found = {
        name: list(inspect.signature(function).parameters)
        for name, function in vars(hookspecs).items()
        if hasattr(function, "jackfield_spec")
    }
    assert found == HOOKS
    for name in HOOKS:
        assert inspect.getdoc(getattr(hookspecs, name)), f"{name} has no docstring"
        assert getattr(hookspecs, name).jackfield_spec["firstresult"] is True


def test_every_api_error_has_every_field() -> None:
    from jackfield import errors

    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    for cls in classes:
        if issubclass(cls, jackfield.APIError):
            missing = [field for field in ERROR_FIELDS if not hasattr(cls("x"), field)]
            assert not missing, cls
        if issubclass(cls, Exception) and cls.__module__ == "jackfield.errors":
            assert cls.__name__ in TOP
            assert cls.__name__ in (errors.__doc__ or "")


# Who may know what ----------------------------------------------------------------------------

OWN = Path(jackfield.__file__).parent
MODULES = sorted(OWN.rglob("*.py"))
IDS = [str(path.relative_to(OWN)) for path in MODULES]
HTTP = {"httpx", "httpx2", "httpcore", "httpcore2", "h11"}
SURFACES = {
    *("chat", "text_completion", "embedding", "responses", "transcription", "translation"),
    *("speech", "video"),
}
MAY_DEFAULT = {"explain", "supported_params"}


def imports(tree: ast.AST, *, at_run_time: bool) -> Iterator[str]:
    """The modules that are imported, those for type checkers left out on request."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if at_run_time and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            skipped |= {inner for statement in node.body for inner in ast.walk(statement)}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_only_the_transport_touches_an_http_client(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    touched = {name for name in imports(tree, at_run_time=False) if name.split(".")[0] in HTTP}
    inside = path.relative_to(OWN).parts[0] in ("transport", "transport.py")
    assert inside or not touched


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_core_imports_what_it_declares_and_no_plugin(path: Path) -> None:
    import sys

    declared = {"pluggy", "attrs", "cattrs", "httpx", "importlib_metadata", "orjson", "jackfield"}
    optional = {"dotenv"}
    tree = ast.parse(path.read_text("utf-8"))
    found = {name.split(".")[0] for name in imports(tree, at_run_time=True)}
    assert not found - declared - optional - sys.stdlib_module_names


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    """Strings that stand as statements: docstrings, of attributes too."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _defaults(tree: ast.AST) -> set[ast.AST]:
    return {
        default
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in MAY_DEFAULT
        for default in (*node.args.defaults, *node.args.kw_defaults)
        if default is not None
    }


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_nothing_in_core_names_a_surface_but_the_surfaces(path: Path) -> None:
    if path.relative_to(OWN).parts[0] == "surfaces":
        return
    tree = ast.parse(path.read_text("utf-8"))
    allowed = _docstrings(tree) | _defaults(tree)
    functions = set(TOP) if path == OWN / "__init__.py" else set()  # some have a surface's name
    named = [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in SURFACES - functions
        and node not in allowed
    ]
    assert not named


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 600
    assert path.stem not in {"utils", "helpers", "misc", "common"}


def test_hooks_can_neither_wait_nor_be_coroutines() -> None:
    found: list[Any] = [getattr(hookspecs, name) for name in HOOKS]
    assert not [hook for hook in found if inspect.iscoroutinefunction(hook)]
