"""Who is asked, in which order, and when it ends."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest
from handed_over import incoming, run
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield import errors, retry
from jackfield.discovery import Plugin
from jackfield.registry import Registry
from jackfield_proxy.config.model import Config, Model, Params
from jackfield_proxy.config.model import Router as Settings
from jackfield_proxy.routing import attempts
from jackfield_proxy.routing.router import Router

WEIGHTS = st.sampled_from([1e-9, 0.001, 0.01, 0.5, 1.0, 2.0, 1000.0, 1e300])


class State:
    """Which deployments rest, in a set."""

    def __init__(self, resting: set[str] | None = None) -> None:
        self.resting = resting or set()
        self.cooled_for: dict[str, float] = {}
        self.failures: dict[str, int] = {}

    async def cooled(self, ids: list[str]) -> set[str]:
        return self.resting & set(ids)

    async def failed(self, id: str, within: float) -> int:
        self.failures[id] = self.failures.get(id, 0) + 1
        return self.failures[id]

    async def cool(self, id: str, seconds: float, why: str) -> None:
        self.cooled_for[id] = seconds


def deployment(number: int, name: str = "m", **params: Any) -> Any:
    entry = Model(name, Params("openai/x", **params))
    return SimpleNamespace(id=f"{name}{number}", entry=entry)


def service(state: State, **router: Any) -> Any:
    metrics = SimpleNamespace(attempted=lambda *_: None, cooled=lambda *_: None)
    config = Config((), router=Settings(**router))
    return SimpleNamespace(state=state, metrics=metrics, config=config)


@given(st.lists(WEIGHTS, min_size=1, max_size=6), st.data())
def test_an_order_has_everybody_once_and_the_resting_last(weights: list[float], data: Any) -> None:
    deployments = [deployment(n, weight=weight) for n, weight in enumerate(weights)]
    ids = [d.id for d in deployments]
    resting = set(data.draw(st.lists(st.sampled_from(ids), unique=True)))
    order = run(attempts._order(service(State(resting)), deployments))
    assert sorted(d.id for d in order) == sorted(ids)
    kept = [d.id in resting for d in order]
    assert kept == sorted(kept)


@pytest.mark.parametrize(
    "weights", [(1, 1), (1, 3), (0.001, 0.003), (1e-9, 1e-9, 2e-9), (5, 5, 10)]
)
def test_the_first_is_taken_by_its_weight(
    weights: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "random", random.Random(7))
    deployments = [deployment(n, weight=weight) for n, weight in enumerate(weights)]
    count, first = 6000, [0] * len(weights)
    here = service(State())

    async def draw() -> None:
        for _ in range(count):
            order = await attempts._order(here, deployments)
            first[deployments.index(order[0])] += 1

    run(draw())
    for seen, weight in zip(first, weights, strict=True):
        assert abs(seen / count - weight / sum(weights)) < 0.03


def failure(kind: Any) -> Exception:
    """What an attempt ends with: a status, or a word for what has none."""
    if kind == "connection":
        return errors.APIConnectionError("no connection")
    if kind == "invalid":
        return errors.APIResponseValidationError("a page", status_code=200, retryable=False)
    if kind == "no key":
        return errors.AuthenticationError("no key")
    if kind == "config":
        return errors.ConfigError("wrong")
    if kind == "quota":
        found = {"error": {"code": "insufficient_quota", "message": "m"}}
        return errors.error_from_body(429, found)
    return errors.error_from_body(kind, {"error": {"message": f"{kind}"}}, headers={})


KINDS = st.sampled_from(
    [
        *("ok", 400, 401, 404, 408, 422, 429, 500, 503),
        *("connection", "invalid", "no key", "quota", "config"),
    ]
)
MOVES = {401, 404, 408, 409, 429, 500, 503, "connection", "invalid", "no key", "quota"}
AGAIN = {408, 429, 500, 503, "connection"}
RESTS = {401, 408, 429, 500, 503, "connection", "invalid", "quota"}


def expected(
    order: dict[str, list[str]], script: dict[str, list[Any]], fallbacks: Any, most: int
) -> tuple[list[str], Any]:
    """Who is asked and how it ends, by a plain reading: each once, the last again and again."""
    asked: list[str] = []
    left = {id: list(kinds) for id, kinds in script.items()}
    waiting, visited, kind = ["m"], {"m"}, None
    while waiting:
        name = waiting.pop(0)
        tried, here = 0, list(order[name])
        while True:
            id, tried = here[0], tried + 1
            asked.append(id)
            kind = left[id].pop(0) if len(left[id]) > 1 else left[id][0]
            if kind == "ok" or kind == "config":
                return asked, kind
            if len(here) > 1 and kind in MOVES:
                here.pop(0)
            elif not (kind in AGAIN and tried <= most):
                break
        if kind not in MOVES:
            return asked, kind
        for other in fallbacks.get(name, ()):
            if other in order and other not in visited:
                visited.add(other)
                waiting.append(other)
    return asked, kind


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    names = ["m", "n", "o"]
    counts = {name: draw(st.integers(1, 3)) for name in names}
    ids = [f"{name}{number}" for name in names for number in range(counts[name])]
    to = st.lists(st.sampled_from([*names, "nobody"]), max_size=3).map(tuple)
    return {
        "counts": counts,
        "script": {id: draw(st.lists(KINDS, min_size=1, max_size=3)) for id in ids},
        "own": {name: draw(to) for name in names},
        "router": draw(st.dictionaries(st.sampled_from(names), to)),
        "most": draw(st.integers(0, 3)),
        "allowed": draw(st.integers(0, 2)),
    }


@settings(max_examples=100)
@given(situations())
def test_everybody_is_asked_in_turn(situation: dict[str, Any]) -> None:
    deployments = [
        SimpleNamespace(
            id=f"{name}{number}",
            entry=Model(name, Params("openai/x"), fallbacks=situation["own"][name]),
        )
        for name, count in situation["counts"].items()
        for number in range(count)
    ]
    router: Any = Router(deployments, Registry([Plugin("none", "none")]))
    state = State()
    here = service(
        state,
        num_retries=situation["most"],
        fallbacks=situation["router"],
        allowed_fails=situation["allowed"],
    )
    here.router = router
    left = {id: list(kinds) for id, kinds in situation["script"].items()}
    asked: list[str] = []
    failed: dict[str, int] = {}
    order: dict[str, list[str]] = {
        name: [f"{name}{n}" for n in range(count)] for name, count in situation["counts"].items()
    }

    async def ask(target: Any) -> str:
        asked.append(target)
        kinds = left[target]
        kind = kinds.pop(0) if len(kinds) > 1 else kinds[0]
        if kind == "ok":
            return "answer"
        if kind in RESTS:
            failed[target] = failed.get(target, 0) + 1
        raise failure(kind)

    class Name:
        """What a name leads to; a target is the deployment's id."""

        def __init__(self, group: Any, name: str) -> None:
            self.group, self.name = group, name

        def target(self, deployment: Any, surface: str) -> str:
            return str(deployment.id)

    def find(name: str) -> Any:
        found = Router.find(router, name)
        return None if found is None else Name(found.group, name)

    here.router = SimpleNamespace(find=find)
    request, _ = incoming([])

    async def ordered(service: Any, deployments: Any) -> list[Any]:
        found = list(deployments)
        random.shuffle(found)
        order[found[0].entry.name] = [d.id for d in found]
        return found

    async def no_sleep(seconds: float) -> None:
        assert 0 <= seconds <= retry.CAP

    fallbacks = {
        name: (*situation["own"][name], *situation["router"].get(name, ())) for name in order
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "asyncio", SimpleNamespace(sleep=no_sleep))
        patch.setattr(attempts, "_order", ordered)
        try:
            answer = run(attempts.attempt(here, request, find("m"), "chat", ask))
        except errors.JackfieldError as error:
            answer = error
    wanted, kind = expected(order, situation["script"], fallbacks, situation["most"])
    assert asked == wanted
    if kind == "ok":
        assert answer == "answer"
    else:
        assert (type(answer), str(answer)) == (type(failure(kind)), str(failure(kind)))
    assert (request.attempts, request.deployment) == (len(asked), asked[-1])
    many = situation["allowed"]
    assert set(state.cooled_for) == {id for id, times in failed.items() if times > many}


@pytest.mark.parametrize(("said", "rest"), [("1", 1.0), ("120", 120.0), ("9999", 300.0)])
def test_an_upstream_says_how_long_it_rests(said: str, rest: float) -> None:
    state = State()
    error = errors.error_from_body(429, {}, headers={"retry-after": said})
    run(attempts._note(service(state), deployment(0), error))
    assert state.cooled_for == {"m0": rest}


@pytest.mark.parametrize(
    ("resting", "failing", "wanted"),
    [
        ({"m0"}, set(), ["m1"]),
        ({"m0", "m1"}, set(), ["n0"]),
        ({"m0", "m1"}, {"n0"}, ["n0", "o0"]),
        ({"m0", "m1", "n0"}, set(), ["o0"]),
        ({"m0", "m1", "n0", "o0"}, {"o0"}, ["o0", "m"]),
        ({"m0", "m1", "n0", "o0"}, {"o0", "m0", "m1"}, ["o0", "m", "m", "n0"]),
    ],
)
def test_a_name_whose_deployments_all_rest_is_asked_after_its_fallbacks(
    resting: set[str], failing: set[str], wanted: list[str]
) -> None:
    """Whoever has nobody else to ask is asked all the same."""
    fallbacks = {"m": ("n",), "n": ("o",), "o": ()}
    deployments: Any = [
        SimpleNamespace(id=id, entry=Model(id[0], Params("openai/x"), fallbacks=fallbacks[id[0]]))
        for id in ("m0", "m1", "n0", "o0")
    ]
    router = Router(deployments, Registry([Plugin("none", "none")]))
    here = service(State(resting), num_retries=0)
    asked: list[str] = []

    class Name:
        def __init__(self, name: str) -> None:
            found = Router.find(router, name)
            assert found is not None
            self.group, self.name = found.group, name

        def target(self, deployment: Any, surface: str) -> str:
            return str(deployment.id)

    async def ask(target: Any) -> str:
        asked.append(target)
        if target in failing:
            raise failure(503)
        return "answer"

    here.router = SimpleNamespace(find=Name)
    request, _ = incoming([])
    found: Any = Name("m")
    assert run(attempts.attempt(here, request, found, "chat", ask)) == "answer"
    assert [a if w in ("n0", "o0", "m1") else a[0] for a, w in zip(asked, wanted, strict=True)] == (
        wanted
    )
