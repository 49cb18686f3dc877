"""A call goes as the bytes it came in only where no plugin would have changed anything of it."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jackfield.envelope import Call, WireRequest
from jackfield.errors import NoRouteError, UnsupportedParamsError
from jackfield.hookspecs import hookimpl
from jackfield.manifest import (
    Claim,
    Endpoint,
    Manifest,
    ParamRule,
    Rewriter,
    Surface,
    starts_with,
)
from jackfield.params import Param, ParamSet, apply
from jackfield.passage import passage
from jackfield.registry import Registry
from jackfield_testing import laws, strategies

ENDPOINT = Endpoint("https://upstream.invalid/v1")
PATH = "/things"
ROWS = ParamSet(
    {
        "limited": Param("unsupported", "nobody takes it"),
        "small": Param(accepts=("a", 1, True)),
        "renamed": Param("mapped", maps_to="other"),
        "deep.key": Param("unsupported"),
        "list[].type": Param(refuses=("bad",)),
    }
)


@pytest.fixture(scope="module", autouse=True)
def _modules() -> Iterator[None]:
    """An owner that does what its claim says, and a rewriter that changes whatever it is shown."""
    owner, rewriter = types.ModuleType("passage_owner"), types.ModuleType("passage_rewriter")

    def sent(call: Call) -> WireRequest:
        expect: Any = "bytes" if call.surface == "b" else "json"
        return WireRequest(path=PATH, body=call.body(), expect=expect)

    def supported(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet:
        return ROWS

    def rewritten(call: Call) -> Call | None:
        if "rewritten" in call.params:
            return None
        return call.replace(params={**call.params, "rewritten": True})

    for name, function in (("transform_request", sent), ("supported_params", supported)):
        function.__name__ = name
        setattr(owner, name, hookimpl(function))
    rewritten.__name__ = "transform_request"
    rewriter.transform_request = hookimpl(rewritten)  # type: ignore[attr-defined]  # made in the test
    modules = {module.__name__: module for module in (owner, rewriter)}
    sys.modules.update(modules)
    yield
    for name in modules:
        del sys.modules[name]


# "b" is a surface of bytes, "t" one that does not stream, "u" one without requirements.
SURFACES = (
    Surface("s", chunk="jackfield.views:ResultView", required=("content",)),
    Surface("b", result="jackfield.binary:Binary", chunk="jackfield.views:ResultView"),
    Surface("t", required=("content", "voice")),
    Surface("u", chunk="jackfield.views:ResultView", needs_model=False),
)
PARTS = ("image", "a/b", "größe", 'q"x', "back\\slash", "new\nline", "text")
NAMES = ("x", "y", "limited", "small", "renamed", "deep", "list", "stream", "model")


@attrs.frozen
class Case:
    """What is installed, and what is asked of it."""

    manifests: tuple[Manifest, ...]
    surface: str
    name: str
    body: dict[str, Any]
    text: bytes
    policy: Any

    @property
    def registry(self) -> Registry:
        return laws.registry_of(Manifest("described", surfaces=SURFACES), *self.manifests)


_FEW = st.lists(st.sampled_from(NAMES[:7]), max_size=2, unique=True).map(tuple)
_SURFACES = st.sampled_from(["s", "s", "s", "b", "t", "u"])


def _rewriters(prefixes: Any) -> st.SearchStrategy[Rewriter]:
    return st.builds(
        Rewriter,
        st.just("passage_rewriter"),
        surfaces=st.lists(_SURFACES, min_size=1, max_size=2, unique=True).map(tuple),
        parts=st.lists(st.sampled_from(PARTS), max_size=2, unique=True).map(tuple),
        params=_FEW,
        always=st.integers(0, 9).map(lambda number: not number),
        prefixes=prefixes,
    )


_REWRITERS = _rewriters(st.sampled_from([(), ("own/",), ("else/",), ("own/m", "own/n-")]))
_RULES = st.builds(
    ParamRule,
    surface=_SURFACES,
    models=st.sampled_from([(), ("m",), ("n-{digit}",), ("z",)]),
    params=_FEW,
)


@st.composite
def contents(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from((*PARTS, "bad")))
    part = {"type": kind, kind: "x"}
    wrapped = [part, {"role": kind, "content": [part]}, [[{"a": part}]], kind, {"text": kind}]
    return draw(st.sampled_from(wrapped))


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    values: dict[str, Any] = {
        "stream": st.sampled_from([True, False, None]),
        "small": st.sampled_from(["a", "b", 1, True, None]),
        "deep": st.sampled_from([{"key": 1}, {"other": 1}, "key"]),
        "list": st.sampled_from([[{"type": "bad"}], [{"type": "good"}, {}], []]),
        "model": st.sampled_from(["own/m", "image", None]),
    }
    anything = strategies.json_values(surrogates=True, max_leaves=3)
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    body = {name: draw(values.get(name, anything)) for name in names}
    for name in draw(st.sampled_from([(), ("content",), ("content",), ("content", "voice")])):
        body[name] = draw(contents())
    return body


@st.composite
def cases(draw: st.DrawFn) -> Case:
    surface = draw(_SURFACES)
    usual = st.integers(0, 7).map(bool)
    claim = Claim(
        surface,
        "own/",
        models=draw(st.sampled_from([None, None, {"m"}])),
        identity=draw(usual),
        path=PATH if draw(usual) else None,
        default=draw(st.booleans()),
    )
    owner = Manifest(
        "owner",
        module="passage_owner",
        claims=(claim,),
        rewriters=tuple(draw(st.lists(_REWRITERS, max_size=1))),
        rules=tuple(draw(st.lists(_RULES, max_size=2))),
        endpoint=ENDPOINT if draw(usual) else None,
    )
    other = Manifest(
        "other",
        rewriters=tuple(draw(st.lists(_REWRITERS, max_size=1))),
        middleware=() if draw(usual) else ("nobody.asks:it",),
    )
    body = draw(bodies())
    name = draw(st.sampled_from(["own/m", "own/n-1", "own/x", ""]))
    policy = draw(st.sampled_from(["raise", "warn", "drop", "pass"]))
    return Case((owner, other), surface, name, body, draw(strategies.json_texts(body)), policy)


def kinds_in(value: Any) -> Iterator[str]:
    """The ``type`` texts inside a value."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value["type"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from kinds_in(item)


def reason_to_stay(case: Case) -> str | None:
    """Why a call can't go as it is, by a plain reading of the manifests."""
    registry = case.registry
    route = registry.resolve(case.surface, case.name)
    owner, other = case.manifests
    if not route.claim.identity or route.claim.path is None:
        return "the claim does not say so"
    if owner.endpoint is None or other.middleware:
        return "there is nowhere to go, or somebody in the way"
    body = case.body
    full = route.name
    types = {kind for value in body.values() for kind in kinds_in(value)}
    for rewriter in (*owner.rewriters, *other.rewriters):
        here = case.surface in rewriter.surfaces and (
            not rewriter.prefixes or full.startswith(rewriter.prefixes)
        )
        if here and (
            rewriter.always or types & set(rewriter.parts) or body.keys() & set(rewriter.params)
        ):
            return "a rewriter's trigger occurs"
    if not set(route.surface.required) <= body.keys():
        return "what is required is missing"
    if "stream" in body and (case.surface == "b" or route.surface.chunk is None):
        return "it is no stream's"
    params = {name: value for name, value in body.items() if name != "model"}
    call = Call(case.surface, route.model, params, unsupported=case.policy)
    for rule in owner.rules:
        if (
            rule.surface == case.surface
            and (not rule.params or params.keys() & set(rule.params))
            and (not rule.models or any(starts_with(m, route.model) for m in rule.models))
        ):
            try:
                if apply(call, ROWS) is not call:
                    return "policy changes it"
            except UnsupportedParamsError:
                return "policy refuses it"
    return None


def goes(case: Case) -> bool:
    return laws.goes_as_it_is(
        case.registry, case.surface, case.name, case.body, case.text, unsupported=case.policy
    )


def routed(case: Case) -> bool:
    try:
        case.registry.resolve(case.surface, case.name)
    except NoRouteError:
        with pytest.raises(NoRouteError):
            passage(case.registry, case.surface, case.name)
        return False
    return True


@settings(max_examples=300)
@given(cases())
def test_it_goes_as_it_is_where_nobody_has_a_say(case: Case) -> None:
    if not routed(case):
        return
    reason, went = reason_to_stay(case), goes(case)
    assert not (went and reason), f"it went, though {reason}"
    # A type's name that is a text elsewhere is reason enough to take the long way.
    words = set(_strings(case.body))
    named = words & {p for m in case.manifests for r in m.rewriters for p in r.parts}
    assert went or reason or named, "it stayed, and nobody knows why"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def owned(**changes: Any) -> Registry:
    declared: dict[str, Any] = {
        "claims": (Claim("s", "own/", identity=True, path=PATH),),
        "module": "passage_owner",
        "endpoint": ENDPOINT,
        **changes,
    }
    return laws.registry_of(Manifest("described", surfaces=SURFACES), Manifest("owner", **declared))


@pytest.mark.parametrize("kind", PARTS)
@given(data=st.data())
@example(data=None)
def test_a_part_is_seen_however_it_is_written(kind: str, data: Any) -> None:
    rewriter = Rewriter("passage_rewriter", surfaces=("s",), parts=(kind,))
    registry = owned(rewriters=(rewriter,))
    body = {"content": [{"type": kind, "x": 1}], "é": "\\u0069 / \u2028"}
    text = json.dumps(body).encode() if data is None else data.draw(strategies.json_texts(body))
    assert not laws.goes_as_it_is(registry, "s", "own/m", body, text)


@pytest.mark.parametrize(
    "text",
    [
        rb'{"content": [{"type": "\u0069mage"}]}',
        rb'{"content": [{"\u0074ype": "image"}]}',
        rb'{"content": [{"type": "imag\u0065"}]}',
        b'{"content": [{"type"\n:\t"image"}]}',
    ],
)
def test_escapes_and_spaces_hide_nothing(text: bytes) -> None:
    registry = owned(rewriters=(Rewriter("passage_rewriter", surfaces=("s",), parts=("image",)),))
    assert not laws.goes_as_it_is(registry, "s", "own/m", json.loads(text), text)


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), min_size=1))
def test_what_is_no_ascii_stays_in_the_lane_escaped_or_not(said: str) -> None:
    registry = owned(rewriters=(Rewriter("passage_rewriter", surfaces=("s",), parts=("image",)),))
    body = {"content": [{"type": "text", "text": said}]}
    for text in (json.dumps(body).encode(), json.dumps(body, ensure_ascii=False).encode()):
        assert laws.goes_as_it_is(registry, "s", "own/m", body, text)


def test_a_rule_is_asked_only_about_what_concerns_it() -> None:
    registry = owned(rules=(ParamRule("s", models=("m",), params=("limited", "small")),))
    for name, body, expected in (
        ("own/m", {"content": 1, "small": "a"}, True),
        ("own/m", {"content": 1, "small": "z"}, False),
        ("own/m", {"content": 1, "limited": None}, False),
        ("own/x", {"content": 1, "limited": 1}, True),
    ):
        assert laws.goes_as_it_is(registry, "s", name, body) is expected, (name, body)


def test_the_policy_pass_is_a_loss_to_tell_of() -> None:
    registry = owned(rules=(ParamRule("s"),))
    for policy in ("raise", "warn", "drop", "pass"):
        body = {"content": 1, "limited": 1}
        assert not laws.goes_as_it_is(registry, "s", "own/m", body, unsupported=policy)


def test_a_call_without_a_model_goes_by_the_default_claim() -> None:
    registry = owned(claims=(Claim("u", "own/", identity=True, path=PATH, default=True),))
    way = passage(registry, "u", "")
    assert way is not None
    assert way.route.kind == "default"
    assert laws.goes_as_it_is(registry, "u", "", {"x": 1, "stream": True})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"path": None}, "no path"),
        ({"identity": False}, "another shape"),
    ],
)
def test_a_claim_that_does_not_say_so_has_no_passage(changes: dict[str, Any], why: str) -> None:
    claim = attrs.evolve(Claim("s", "own/", identity=True, path=PATH), **changes)
    assert passage(owned(claims=(claim,)), "s", "own/m") is None, why
    assert passage(owned(), "s", "own/m") is not None


def test_middleware_is_around_every_call() -> None:
    assert passage(owned(middleware=("nobody.asks:it",)), "s", "own/m") is None


def test_bytes_with_a_word_on_streaming_take_the_long_way() -> None:
    registry = owned(claims=(Claim("b", "own/", identity=True, path=PATH),))
    assert laws.goes_as_it_is(registry, "b", "own/m", {"input": "x"})
    for said in (True, False, None):
        assert not laws.goes_as_it_is(registry, "b", "own/m", {"input": "x", "stream": said})


@settings(max_examples=20)
@given(strategies.json_objects(surrogates=True), st.data())
def test_texts_say_their_value(value: dict[str, Any], data: Any) -> None:
    text = data.draw(strategies.json_texts(value))
    assert laws.identical(json.loads(text), value)


class TestTheLawItself:
    """It fails where a plugin does not keep what its claim says."""

    @pytest.mark.parametrize(
        ("answer", "complaint"),
        [
            (lambda call: WireRequest(path="/other", body=call.body()), "/other"),
            (lambda call: WireRequest("PUT", PATH, body=call.body()), "PUT"),
            (
                lambda call: WireRequest(path=PATH, body={**call.body(), "n": 1}),
                "would be sent",
            ),
            (lambda call: WireRequest(path=PATH, body=dict(call.params)), "another model"),
            (lambda call: WireRequest(path=PATH, body=call.body(), headers={"x": "y"}), "headers"),
            (lambda call: WireRequest(path=PATH, body=call.body(), query={"x": "y"}), "query"),
            (
                lambda call: WireRequest(
                    path=PATH,
                    body=dict(sorted(call.body().items(), reverse=True)),
                ),
                "would be sent",
            ),
            (lambda call: 1 / 0, "refuses it"),
        ],
    )
    def test_it_tells(self, monkeypatch: pytest.MonkeyPatch, answer: Any, complaint: str) -> None:
        module = types.ModuleType(f"passage_liar_{id(answer)}")

        def transform_request(call: Call) -> Any:
            return answer(call)

        module.transform_request = hookimpl(transform_request)  # type: ignore[attr-defined]  # made in the test
        monkeypatch.setitem(sys.modules, module.__name__, module)
        with pytest.raises(AssertionError, match=complaint):
            laws.goes_as_it_is(
                owned(module=module.__name__), "s", "own/m", {"a": 1, "content": 1, "z": 2}
            )
