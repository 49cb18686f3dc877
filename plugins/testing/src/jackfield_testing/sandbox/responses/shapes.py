"""The fields of a request: which there are, of what type, in which range, with which values."""

from __future__ import annotations

from jackfield_testing.sandbox.responses.model_facts import EFFORTS

#: Every field of ``POST /responses``.
FIELDS = frozenset(
    """
    access_programs background background_options context_management conversation image include
    input instructions max_output_tokens max_tool_calls metadata model moderation
    parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options
    prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options
    temperature text tool_choice tools top_logprobs top_p truncation user
    """.split()  # noqa: SIM905 (one word per line reads worse)
)
#: Of ``POST /responses/input_tokens``.
COUNT_FIELDS = frozenset(
    """
    conversation input instructions model parallel_tool_calls personality previous_response_id
    reasoning text tool_choice tools truncation
    """.split()  # noqa: SIM905 (likewise)
)
#: Of ``POST /responses/compact``.
COMPACT_FIELDS = frozenset(
    """
    image input instructions model previous_response_id prompt_cache_key prompt_cache_options
    prompt_cache_retention service_tier
    """.split()  # noqa: SIM905 (likewise)
)
#: Fields of chat completions, and where their like is here.
MOVED = {
    "function_call": "tool_choice",
    "functions": "tools",
    "max_completion_tokens": "max_output_tokens",
    "max_tokens": "max_output_tokens",
    "messages": "input",
    "reasoning_effort": "reasoning.effort",
    "response_format": "text.format",
    "verbosity": "text.verbosity",
}

#: Path to type; ``[]`` stands for every element of an array. Absent and null fields pass.
SHAPES = {
    "background": "a boolean",
    "context_management": "an array",
    "conversation": "a string or an object",
    "include": "an array",
    "instructions": "a string",
    "max_output_tokens": "an integer",
    "max_tool_calls": "an integer",
    "metadata": "an object",
    "moderation": "an object",
    "parallel_tool_calls": "a boolean",
    "previous_response_id": "a string",
    "prompt": "an object",
    "prompt_cache_key": "a string",
    "prompt_cache_retention": "a string",
    "reasoning": "an object",
    "safety_identifier": "a string",
    "service_tier": "a string",
    "store": "a boolean",
    "stream": "a boolean",
    "stream_options": "an object",
    "temperature": "a decimal",
    "text": "an object",
    "tool_choice": "a string or an object",
    "tools": "an array",
    "top_logprobs": "an integer",
    "top_p": "a decimal",
    "truncation": "a string",
    "user": "a string",
    # nested fields, after the fields that hold them
    "context_management[].type": "a string",
    "context_management[].compact_threshold": "an integer",
    "conversation.id": "a string",
    "prompt.id": "a string",
    "prompt.variables": "an object",
    "reasoning.context": "a string",
    "reasoning.effort": "a string",
    "reasoning.summary": "a string",
    "stream_options.include_obfuscation": "a boolean",
    "text.format": "an object",
    "text.format.description": "a string",
    "text.format.name": "a string",
    "text.format.schema": "an object",
    "text.format.strict": "a boolean",
    "text.format.type": "a string",
    "text.verbosity": "a string",
}
#: The same, in the definition of a tool.
TOOL_SHAPES = {
    "allowed_tools": "an array or an object",
    "background": "a string",
    "connector_id": "a string",
    "container": "a string or an object",
    "description": "a string",
    "filters": "an object",
    "format": "an object",
    "headers": "an object",
    "max_num_results": "an integer",
    "name": "a string",
    "output_format": "a string",
    "parameters": "an object",
    "partial_images": "an integer",
    "quality": "a string",
    "ranking_options": "an object",
    "require_approval": "a string or an object",
    "search_context_size": "a string",
    "server_label": "a string",
    "server_url": "a string",
    "size": "a string",
    "strict": "a boolean",
    "tools": "an array",
    "user_location": "an object",
    "vector_store_ids": "an array",
    # nested fields, after the fields that hold them
    "allowed_tools.tool_names": "an array",
    "require_approval.never": "an object",
    "require_approval.never.tool_names": "an array",
    "user_location.type": "a string",
}
RANGES: dict[str, tuple[float, float]] = {
    "max_output_tokens": (16, 10**9),
    "max_tool_calls": (1, 10**9),
    "temperature": (0, 2),
    "top_logprobs": (0, 20),
    "top_p": (0, 1),
}
INCLUDES = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)
#: Path to the values that there are.
CHOICES: dict[str, tuple[str, ...]] = {
    "prompt_cache_retention": ("in_memory", "24h"),
    "reasoning.context": ("auto", "current_turn", "all_turns"),
    "reasoning.effort": EFFORTS,
    "reasoning.summary": ("auto", "concise", "detailed"),
    "service_tier": ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast"),
    "text.format.type": ("text", "json_object", "json_schema"),
    "text.verbosity": ("low", "medium", "high"),
    "truncation": ("auto", "disabled"),
}
