"""Who may vouch for an upstream."""

from __future__ import annotations

import os
import ssl

_SAID = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def authorities() -> ssl.SSLContext:
    """The authorities of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``; without either, whom most trust.

    Those are the system's, with what a company has added to them, and certifi's, which the library
    goes by: many a container has no others.
    """
    context = ssl.create_default_context()
    if not any(os.environ.get(name) for name in _SAID):
        import certifi

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
