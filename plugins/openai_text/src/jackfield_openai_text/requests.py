"""The request of a chat call: its messages as the prompt, its other parameters as they are.

Parameters have been through the policy when this is asked, so that they have the endpoint's names.
"""

from __future__ import annotations

from typing import Any

from jackfield.envelope import Call
from jackfield.errors import RequestError
from jackfield_openai_text.prompt import prompt_of


def body_of(call: Call) -> dict[str, Any]:
    """The request body, the prompt where the messages were.

    Raises:
        RequestError: the messages can't be written as a prompt.
    """
    if "messages" not in call.params:
        return call.body()  # core says that they are missing
    if "prompt" in call.params:
        raise RequestError("prompt can't be given beside messages, which become it", path="prompt")
    prompt = prompt_of(call.params["messages"])
    return {
        ("prompt" if name == "messages" else name): (prompt if name == "messages" else value)
        for name, value in call.body().items()
    }
