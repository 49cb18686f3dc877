"""Laws: what must hold, as functions that take the thing under test and raise AssertionError.

The tests of the core and of the OpenAI plugins are built from them, and the author of a plugin can
put the same ones to their own code::

    from hypothesis import given
    from jackfield_testing import laws, strategies

    @given(strategies.chat_params())
    def test_requests_are_built_purely(params):
        laws.transform_is_pure(my_plugin.chat, Call("chat", "my-model", params))

None of them does any I/O: `jackfield_testing.laws.flows` drives a call's flow with replies that are
made up, under virtual time. Nothing here imports Hypothesis.
"""

from __future__ import annotations

from jackfield_testing.laws.audio import (
    file_arrives,
    form_is_built_purely,
    form_says,
    sent_form,
    splits_whole,
)
from jackfield_testing.laws.bridge_answers import (
    answer_comes_back,
    events_are_passed_on,
    folds_to_the_answer,
    response_comes_back,
    says_the_answer_or_that_it_did_not,
    says_what_the_response_says,
    streams_purely,
    tells_a_response,
    turn_comes_back,
)
from jackfield_testing.laws.bridge_requests import (
    chat_comes_back,
    crosses_purely,
    nothing_goes_silently,
    responses_come_back,
    says_the_same,
)
from jackfield_testing.laws.content import (
    Once,
    forms_agree,
    forms_of,
    official_stays,
    sent_body,
    settles,
)
from jackfield_testing.laws.embeddings import (
    Embedder,
    batches_hold,
    decodes_back,
    joins_to_the_whole,
)
from jackfield_testing.laws.failures import (
    CODES,
    STATUSES,
    ends_in_an_answer_or_our_error,
    is_of_the_class,
)
from jackfield_testing.laws.flows import Outcome, Reply, Upstream, ask, registry_of
from jackfield_testing.laws.folding import (
    complete_only_when_finished,
    folds_back,
    split_folds_back,
)
from jackfield_testing.laws.json_identity import identical, reads_back
from jackfield_testing.laws.passing import goes_as_it_is
from jackfield_testing.laws.policies import policy_holds
from jackfield_testing.laws.purity import (
    chunks_are_pure,
    exchange_is_pure,
    params_are_pure,
    response_is_pure,
    transform_is_pure,
)
from jackfield_testing.laws.requests import request_survives
from jackfield_testing.laws.retrying import attempts_and_waits, schedule_holds
from jackfield_testing.laws.routing import routes_as_declared
from jackfield_testing.laws.sse import decodes_by_the_rules, reference_events
from jackfield_testing.laws.streams import cutting_changes_nothing, reads_to_the_same
from jackfield_testing.laws.structuring import is_strict, structures_back
from jackfield_testing.laws.text_completion import says_everything, streams_alike
from jackfield_testing.laws.video import stays_one_segment, waits_to_its_end
from jackfield_testing.laws.viewing import lists_write_through, shows

__all__ = [
    "CODES",
    "STATUSES",
    "Embedder",
    "Once",
    "Outcome",
    "Reply",
    "Upstream",
    "answer_comes_back",
    "ask",
    "attempts_and_waits",
    "batches_hold",
    "chat_comes_back",
    "chunks_are_pure",
    "complete_only_when_finished",
    "crosses_purely",
    "cutting_changes_nothing",
    "decodes_back",
    "decodes_by_the_rules",
    "ends_in_an_answer_or_our_error",
    "events_are_passed_on",
    "exchange_is_pure",
    "file_arrives",
    "folds_back",
    "folds_to_the_answer",
    "form_is_built_purely",
    "form_says",
    "forms_agree",
    "forms_of",
    "goes_as_it_is",
    "identical",
    "is_of_the_class",
    "is_strict",
    "joins_to_the_whole",
    "lists_write_through",
    "nothing_goes_silently",
    "official_stays",
    "params_are_pure",
    "policy_holds",
    "reads_back",
    "reads_to_the_same",
    "reference_events",
    "registry_of",
    "request_survives",
    "response_comes_back",
    "response_is_pure",
    "responses_come_back",
    "routes_as_declared",
    "says_everything",
    "says_the_answer_or_that_it_did_not",
    "says_the_same",
    "says_what_the_response_says",
    "schedule_holds",
    "sent_body",
    "sent_form",
    "settles",
    "shows",
    "split_folds_back",
    "splits_whole",
    "stays_one_segment",
    "streams_alike",
    "streams_purely",
    "structures_back",
    "tells_a_response",
    "transform_is_pure",
    "turn_comes_back",
    "waits_to_its_end",
]
