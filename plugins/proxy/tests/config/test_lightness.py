"""What importing the configuration costs: nothing that only reading needs."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import sys
import jackfield_proxy.config as config
heavy = {"yaml", "cattrs", "dotenv", "httpx", "jackfield.client", "difflib"}
print(sorted(heavy & set(sys.modules)))
config.parse("model_list: [{model_name: a, params: {model: b}, model_info: {mode: chat}}]")
print(sorted({"dotenv", "httpx", "jackfield.client"} & set(sys.modules)))
"""


def test_what_is_imported() -> None:
    command = [sys.executable, "-W", "error", "-c", _PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n[]\n", "")
