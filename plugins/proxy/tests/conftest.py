"""Property tests run under the profile that ``HYPOTHESIS_PROFILE`` names, ``ci`` unless told."""

from __future__ import annotations

from jackfield_testing.strategies import use

use()
