"""Property tests run under the profile that ``HYPOTHESIS_PROFILE`` names, ``ci`` unless told."""

from __future__ import annotations

import sys
from pathlib import Path

from jackfield_testing.strategies import use

sys.path.insert(0, str(Path(__file__).parent))  # for asking
use()
