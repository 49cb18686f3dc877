"""The server's configuration: a YAML file, read once and checked before anything starts.

`read` gives frozen values with every variable filled in, and what was odd about the file; what
can't be used is a `ConfigFileError` that names file, line and key, all of it at once.
"""

from __future__ import annotations

from jackfield_proxy.config.describing import counted, describe, warnings
from jackfield_proxy.config.model import Config, General, Info, Model, Params, Router
from jackfield_proxy.config.problems import ConfigFileError, Problem
from jackfield_proxy.config.reading import Loaded, of_model, parse, read, shown

__all__ = [
    "Config",
    "ConfigFileError",
    "General",
    "Info",
    "Loaded",
    "Model",
    "Params",
    "Problem",
    "Router",
    "counted",
    "describe",
    "of_model",
    "parse",
    "read",
    "shown",
    "warnings",
]
