"""What the proxy counts, and how it shows it to Prometheus.

Nothing here imports ``prometheus_client`` until somebody asks for an exposition, and nothing of it
runs while a request is served: requests are counted in plain slots of memory.
"""

from __future__ import annotations

from jackfield_proxy.metrics.counting import Metrics
from jackfield_proxy.metrics.seen import Seen
from jackfield_proxy.metrics.workers import Reading, forget

__all__ = ["Metrics", "Reading", "Seen", "forget"]
