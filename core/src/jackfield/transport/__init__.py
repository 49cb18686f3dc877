"""The one place that touches httpx: pools, requests, replies, and its exceptions.

The rest of the core sees two small protocols: a transport's ``send(outgoing)``, which answers with
a reply as soon as the head is there, and the reply's ``read``, ``piece`` and ``close``. A caller's
own session is used as it is, whether it comes from httpx or from httpx2, which is why exceptions
are told apart by the names of their classes.

`blocking` and `on_loop` are separate so that a program without asyncio never imports it.
"""
