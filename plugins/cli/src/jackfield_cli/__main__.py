"""``python -m jackfield_cli``."""

from __future__ import annotations

from jackfield_cli.main import main

main()
