"""What of an answer or a stream does not cross as it came."""

from __future__ import annotations

from jackfield_openai_responses.fields import ECHOES, TAKEN, TELLING
from jackfield_openai_responses.loss_table.row import TO_CHAT, TO_RESPONSES, Row, rows_of

ANSWERS: tuple[Row, ...] = (
    # A Response, as the answer to a chat call --------------------------------------------------
    *rows_of(
        TO_CHAT,
        "answer",
        "item",
        "kept",
        ("reasoning", "in reasoning_items as it is, beside its text in reasoning_content"),
        (
            "other types",
            "in provider_specific_fields.output_items as they are: hosted tools' calls, and "
            "items that nobody knows",
        ),
    ),
    *rows_of(
        TO_CHAT,
        "answer",
        "field",
        "kept",
        (
            "output[]",
            "in provider_specific_fields.items: the order of the items, their ids, statuses and "
            "fields without a place, where one part ends and the next begins",
        ),
        ("status", "where it is not completed, beside the finish reason that fits it best"),
    ),
    *rows_of(
        TO_CHAT,
        "answer",
        "field",
        "not carried",
        (tuple(sorted(ECHOES)), "says again what the request said"),
        (tuple(sorted(TELLING)), "under its own name, but for one that is null, false or empty"),
        (tuple(sorted(TAKEN)), "left out: chat has something else under that name"),
        ("created_at", "is created, in whole seconds: the fraction is gone"),
        ("usage", "under chat's names; left out where there is none, or it is no object"),
        ("output_text", "says again what the output says"),
        (
            "incomplete_details.reason",
            "is the finish reason, which is length where the reason is another",
        ),
        (
            "output[].content[]",
            "texts are one content and refusals one refusal, citations point into the whole",
        ),
        ("output[].content[].logprobs", "are logprobs of the choice: of its content or refusal"),
    ),
    *rows_of(
        TO_CHAT,
        "answer",
        "field",
        "error",
        (
            ("status: failed", "status: cancelled"),
            "raised as the error of its code, with the chat completion of what there is as partial",
        ),
    ),
    *rows_of(
        TO_CHAT,
        "stream",
        "event",
        "not carried",
        (
            ("response.created", "response.queued", "response.in_progress"),
            "the first makes the chunk with the role; the others say nothing that chat has",
        ),
        (
            (
                "response.output_item.added",
                "response.content_part.added",
                "response.content_part.done",
                "response.output_text.done",
                "response.reasoning_summary_part.added",
                "response.reasoning_summary_part.done",
            ),
            "no chunk of their own, only what was not said before: an event that begins or ends "
            "something says again what deltas and the answer say",
        ),
        (
            "response.output_item.done",
            "items that are encrypted, reasoning among them, wait for the end of the stream, where "
            "they are encrypted anew; another item comes with its event",
        ),
        (
            "response.output_text.delta.logprobs",
            "come at the end of the stream, with the finish reason: the answer's, which are exact",
        ),
        (
            "what comes before its turn",
            "waits until what precedes it in the answer is done: raw reasoning before a summary "
            "that was asked for, a second message while the first goes on",
        ),
        ("an event that came before", "the same number and content: heard once"),
        ("events behind the last", "not heard"),
        (
            ("sequence_number", "item_id", "output_index", "obfuscation"),
            "of events that chat knows: chunks have no such fields",
        ),
        ("usage", "only if stream_options.include_usage asks for it, as in chat"),
    ),
    *rows_of(
        TO_CHAT,
        "stream",
        "event",
        "error",
        (
            ("error", "response.failed", "response.cancelled"),
            "raised as the error of its code, with what came so far",
        ),
        (
            "pieces that are not the text",
            "of a content, refusal, reasoning or call, lost or in disorder: what was said can't be "
            "taken back, so that the end is an APIResponseValidationError with the chat completion "
            "of the last event as partial; blanks around a text don't count",
        ),
    ),
    *rows_of(
        TO_CHAT,
        "stream",
        "event",
        "kept",
        (
            "events of hosted tools, and of types that nobody knows",
            "in provider_specific_fields.stream_events of a chunk; the folded result is without",
        ),
    ),
    # A chat completion, as the answer to a Responses call --------------------------------------
    *rows_of(
        TO_RESPONSES,
        "answer",
        "field",
        "warning",
        ("choices", "a response is one answer: only the first choice is in it"),
    ),
    *rows_of(
        TO_RESPONSES,
        "answer",
        "field",
        "kept",
        (
            ("choices[0].message", "choices[0]"),
            "its fields without a place are in provider_specific_fields of the response",
        ),
        (
            "choices[0].message.content in parts",
            "texts are one text and thinking is reasoning, as other servers' names for it; other "
            "parts are in provider_specific_fields of the response",
        ),
        (
            "choices[0].finish_reason",
            "is the status: incomplete for length and content_filter, completed for any other "
            "word; one that nobody knows is in provider_specific_fields of the response too",
        ),
        ("choices[0].message.audio", "a field of the message's item, which the API has not"),
        (
            ("choices[0].message.tool_calls[].*", "choices[0].message.tool_calls[].function.*"),
            "fields that chat does not have, extra_content among them, are the item's; that one "
            "goes back to the server with the call",
        ),
        (
            "choices[0].logprobs",
            "of the text part; those of no text are in provider_specific_fields too",
        ),
    ),
    *rows_of(
        TO_RESPONSES,
        "answer",
        "field",
        "not carried",
        ("id", "with resp_ before it, unless it has that; items have ids made of it"),
        ("created", "is created_at; 0 where there is none"),
        ("store", "false unless the request has it: the response can't be retrieved"),
        (
            tuple(sorted(ECHOES - {"store", "include", "presence_penalty", "frequency_penalty"})),
            "the request's, else the API's default or nothing: what the chat model did with it is "
            "not known",
        ),
        (
            "usage",
            "under the names of Responses; counts that it always has are 0 where there are none, "
            "the total their sum",
        ),
        (
            "choices[0].message.tool_calls[].function.arguments",
            "an object, where a server gives one, is its JSON text, as is a custom tool's input",
        ),
        (
            "tool_calls[].id",
            "one that changes within a call stays the first; with a name it is another call's",
        ),
        (
            ("choices[0].message.reasoning_content", "choices[0].message.reasoning"),
            "the summary of a reasoning item, one part; of two names the first counts, and "
            "reasoning_items before both",
        ),
        (
            "choices[0].message.function_call",
            "a function_call item with an id, as any call without one gets",
        ),
        ('choices[0].message.content: ""', "beside other things: no message item"),
        (
            (
                "choices[0].index",
                "choices[0].message.role",
                "choices[0].message.tool_calls[].index",
            ),
            "say nothing here",
        ),
        ("a field named like one of a response", "left out where it is no field of chat's"),
    ),
    # A chat stream, as the answer to a Responses call -------------------------------------------
    *rows_of(
        TO_RESPONSES,
        "answer",
        "field",
        "error",
        (
            ("choices[0].error", "choices[0].finish_reason: error"),
            "raised as the error of its code, with the failed response as partial",
        ),
    ),
    *rows_of(
        TO_RESPONSES,
        "stream",
        "field",
        "warning",
        ("choices", "a response is one answer: only the first choice is told of"),
    ),
    *rows_of(
        TO_RESPONSES,
        "stream",
        "field",
        "not carried",
        (
            ("annotations", "logprobs"),
            "behind the end of their text: in its item at the end, without an event",
        ),
        (
            "tool_calls",
            "told of when id and name are known, or at the end; done when another item begins if "
            "the arguments are whole, else at the end",
        ),
        ("fields that chat does not have", "in the last event's response, as in a whole answer"),
        ("usage", "in the last event's response"),
    ),
)
