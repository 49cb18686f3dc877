"""Ask one plugin module's hooks: a plugin manager of its own, and its failures named."""

from __future__ import annotations

from typing import Any

import pluggy

from jackfield import hookspecs
from jackfield.dotted import load
from jackfield.errors import JackfieldError, PluginError


class Relay:
    """The hooks of one plugin module, loaded when the relay is made.

    Raises:
        PluginError: the module can't be loaded, or has a hook that is unknown or misspelt.
    """

    __slots__ = ("distribution", "hook", "implements", "module")

    def __init__(self, module: str, distribution: str) -> None:
        self.module = module
        self.distribution = distribution
        manager = pluggy.PluginManager("jackfield")
        manager.add_hookspecs(hookspecs)
        try:
            manager.register(load(module), module)
            manager.check_pending()
        except Exception as error:
            raise PluginError(
                f"the plugin module {module} of {distribution} can't be loaded: "
                f"{type(error).__name__}: {error}",
                distribution=distribution,
            ) from error
        self.hook = manager.hook
        self.implements = frozenset(
            name
            for name in (
                "transform_request",
                "transform_response",
                "stream_chunk",
                "supported_params",
            )
            if getattr(manager.hook, name).get_hookimpls()
        )

    def ask(self, hook: str, **arguments: Any) -> Any:
        """Call one hook.

        Raises:
            PluginError: it raised anything that is not one of this library's own errors.
        """
        try:
            return getattr(self.hook, hook)(**arguments)
        except JackfieldError:
            raise
        except Exception as error:
            raise self.broken(hook, f"raised {type(error).__name__}: {error}") from error

    def broken(self, hook: str, what: str) -> PluginError:
        """The error for a hook that broke its contract."""
        return PluginError(
            f"{hook} of {self.distribution} ({self.module}) {what}",
            distribution=self.distribution,
        )
