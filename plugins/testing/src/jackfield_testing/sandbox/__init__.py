"""The sandbox upstream.

=====================  ===========================================================================
``server``             start and stop: a thread (``Sandbox``) or the foreground (``serve``)
``app``                routes, the way of a request: journal, key, surface, fault, delivery
``surface``            what is served: a ``Surface`` (JSON to JSON or a stream), or any ``Endpoint``
``chat``               chat completions; **each further surface is one more such package**
``completions``        text completions
``embeddings``         embeddings
``responses``          responses and conversations
``transcription``      transcriptions and translations
``speech``             speech
``videos``             videos
``files``              uploaded files
``world``              what is kept between requests: files, video jobs, responses, conversations
``identity``           ids and times derived from the request
``models``             which model names there are, and which of them reason
``errors``             error bodies in OpenAI's shape
``schema_values``      JSON Schema to a valid instance (``schema_checks``, ``patterns``)
``faults``             fault directives: parsing, and what they make of a reply
``arrival``            a request off the wire
``forms``, ``bodies``  the parts of a multipart body; the fields of any body
``reply``              a reply as a value
``delivery``           a reply on the wire, with its delays and cuts
``journal``            what was asked
=====================  ===========================================================================
"""
