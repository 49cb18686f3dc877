"""Responses and conversations: ``/responses``, ``/conversations`` and below.

==========================  ==================================================================
``shapes``, ``fields``      which fields there are, and their types, ranges and values
``model_facts``             what is known of the models
``model_checks``            what they turn down
``input_checks``            what the API rejects about input items
``tool_checks``, ``strict`` what it rejects about tools and their schemas
``validation``              the checks of a request, in order
``parts``                   items, parts and events as the API writes them
``input_items``             input items as they are kept
``dialogue``                items as the messages of a chat
``turn``                    a request with everything that it is answered from
``script``                  what becomes of a response, as its text says
``choosing``                which tools are called
``reasoning``               reasoning items
``hosted_calls``, ``mcp``   calls of tools that the API runs; ``pictures`` that it makes
``client_calls``            calls that the caller has to answer
``wording``                 the text of an answer, and its message items
``output``                  turn to output items
``compaction``              what a long context is made into
``usage``, ``echo``         token figures; what a response says of its request
``answer``                  turn to response body
``visible``                 what of it is shown
``stream``, ``item_events`` response body to events
``stored``                  a response as it is kept
``conversation``            a conversation as it is kept
``query``                   the query of a request
``endpoints``               the routes of responses
``conversation_endpoints``  the routes of conversations
==========================  ==================================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.responses import conversation_endpoints, endpoints

ENDPOINTS = (*endpoints.ENDPOINTS, *conversation_endpoints.ENDPOINTS)

__all__ = ["ENDPOINTS"]
