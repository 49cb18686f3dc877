"""Which keys are let in: any but those that say they are invalid."""

from __future__ import annotations

from collections.abc import Mapping

from jackfield_testing.sandbox.errors import APIFault

_MISSING = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header "
    "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from "
    "https://platform.openai.com/account/api-keys."
)


def check_key(headers: Mapping[str, str]) -> None:
    """Check ``Authorization``.

    Raises:
        APIFault: 401 without a key, and 401 ``invalid_api_key`` for ``sk-invalid…``.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise APIFault(401, _MISSING)
    if key.startswith("sk-invalid"):
        raise APIFault(
            401,
            f"Incorrect API key provided: {key[:8]}****{key[-4:]}. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            code="invalid_api_key",
        )
