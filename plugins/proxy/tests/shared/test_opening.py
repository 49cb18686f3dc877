"""From a setting to a state."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jackfield.config import Secret
from jackfield.errors import ConfigError
from jackfield_proxy.shared import open_state
from jackfield_proxy.shared.cached import Cached
from jackfield_proxy.shared.memory import Memory


def nobody(text: str) -> None:
    raise AssertionError(text)


@pytest.mark.parametrize("nothing", [None, "", Secret("")])
def test_without_a_url_the_process_is_alone(nothing: Secret | str | None) -> None:
    assert isinstance(open_state(nothing, nobody), Memory)


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:1",
        "rediss://user:p%40ss@redis.example:6380/3",
        "redis://redis.example/0?health_check_interval=5&client_name=jackfield",
        "redis://[::1]:6379",
        "unix:///run/redis.sock?db=2",
        Secret("redis://:password@redis.example"),
    ],
)
def test_nothing_is_connected_when_a_state_is_opened(url: Secret | str) -> None:
    assert isinstance(open_state(url, nobody), Cached)


@pytest.mark.parametrize(
    "url",
    [
        "hunter22",
        "http://:hunter22@127.0.0.1",
        "redis:/127.0.0.1:hunter22/x",
        "redis://:hunter22/#@127.0.0.1:6379",
        "redis://127.0.0.1:hunter22",
        "redis://127.0.0.1:65536?password=hunter22",
        "redis://127.0.0.1:0?password=hunter22",
        "redis://:hunter22@127.0.0.1/name",
        "redis://[::1?password=hunter22",
        "redis://127.0.0.1?db=hunter22",
        "redis://127.0.0.1?socket_timeout=hunter22",
        "redis://127.0.0.1?no_such_option=hunter22",
        "unix://?password=hunter22",
    ],
)
def test_a_url_that_cannot_be_one_is_not_quoted(url: str) -> None:
    for given in (url, Secret(url)):
        with pytest.raises(ConfigError, match="redis_url") as caught:
            open_state(given, nobody)
        assert "hunter22" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n == "redis" or n.startswith("redis.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigError, match=r'pip install "jackfield-proxy\[redis\]"'):
        open_state("redis://127.0.0.1", nobody)
    assert isinstance(open_state(None, nobody), Memory)


def test_redis_is_imported_only_where_it_is_used() -> None:
    code = (
        "import sys; from jackfield_proxy.shared import open_state; open_state(None, print);"
        "sys.exit('redis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
