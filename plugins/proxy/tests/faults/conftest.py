"""What the tests of this folder share: `upstreams`, `clients`, `processes`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

if sys.platform != "linux":  # they look into /proc
    collect_ignore_glob = ["test_*.py"]
