"""Two Hypothesis profiles: ``ci`` is the same on every run, ``deep`` looks further."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings


def use() -> None:
    """Register both profiles and load the one that ``HYPOTHESIS_PROFILE`` names, else ``ci``.

    For a ``conftest.py``. ``ci`` is derandomised, has no deadline and keeps no database; where the
    variable ``CI`` is set it does not shrink a counterexample, which can take minutes.
    """
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    settings.register_profile(
        "ci",
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=60,
        phases=[p for p in Phase if p is not Phase.shrink or not os.environ.get("CI")],
        suppress_health_check=quiet,
    )
    settings.register_profile(
        "deep", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=quiet
    )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
