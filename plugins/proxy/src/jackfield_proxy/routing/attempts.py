"""Which deployment is asked, and which next when one fails: weights, cooldowns, fallbacks.

Everything here happens before the first byte of an answer has left; after it there is no other try.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from jackfield import retry
from jackfield.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    BadRequestError,
    InternalServerError,
    UnsupportedParamsError,
)
from jackfield_proxy.upstream.handler import only_new, was_stale

if TYPE_CHECKING:
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.routing.deployments import Deployment
    from jackfield_proxy.routing.router import Found, Target
    from jackfield_proxy.service import Service

_T = TypeVar("_T")

Ask = Callable[["Target"], Awaitable[_T]]
"""Makes one request; raises what failed."""

_ELSEWHERE = frozenset({401, 403, 404})
"""Statuses that say something of the deployment: another one may do better."""
_WORDS_ELSEWHERE = frozenset({"insufficient_quota", "previous_response_not_found"})
_LONGEST_REST = 300.0


async def attempt(
    service: Service, incoming: Incoming, found: Found, surface: str, ask: Ask[_T]
) -> _T:
    """Ask the deployments of a name, then those of its fallbacks, until one answers.

    Raises:
        APIError: the last failure.
        JackfieldError: a failure that no other deployment would mend.
    """
    if not found.group.fallbacks and found.name not in service.config.router.fallbacks:
        return await _group(service, incoming, found, surface, ask)
    visited = {found.group.name}
    waiting = [found]
    put_off: list[Found] = []
    failure: APIError | None = None
    try:
        while waiting or put_off:
            here = waiting.pop(0) if waiting else put_off.pop(0)
            others = _fallbacks(service, here, visited)
            if others and await _all_rest(service, here):
                put_off.append(here)  # it was asked a moment ago, and failed
                waiting += others
                continue
            try:
                return await _group(service, incoming, here, surface, ask)
            except APIError as error:
                if not _may_move(error):
                    raise
                failure = error
            waiting += others
        assert failure is not None  # the loop ran once, and ended by it
        raise failure
    finally:
        # It holds this frame, and with it the request's body: a circle that stays for long.
        del failure


def _fallbacks(service: Service, found: Found, visited: set[str]) -> list[Found]:
    """Where to go on after a name; each once."""
    others = []
    for name in (*found.group.fallbacks, *service.config.router.fallbacks.get(found.name, ())):
        other = service.router.find(name)
        if other is not None and other.group.name not in visited:
            visited.add(other.group.name)
            others.append(other)
    return others


async def _all_rest(service: Service, found: Found) -> bool:
    ids = [deployment.id for deployment in found.group.deployments]
    return len(await service.state.cooled(ids)) == len(set(ids))


async def _group(
    service: Service, incoming: Incoming, found: Found, surface: str, ask: Ask[_T]
) -> _T:
    deployments = found.group.deployments
    untried: list[Deployment] = []
    if len(deployments) == 1:
        current = deployments[0]
    else:
        untried = await _order(service, deployments)
        current = untried.pop(0)
    most = retries(service, current)
    tried = 0
    anew = False
    while True:
        tried += 1
        incoming.attempts += 1
        incoming.deployment = current.id
        try:
            target = found.target(current, surface)
            answer = await (_anew(ask, target) if anew else ask(target))
        except UnsupportedParamsError:
            incoming.attempts -= 1  # nothing was sent
            raise
        except APIError as error:
            error.attempts = incoming.attempts
            if was_stale(error) and tried <= most:
                service.metrics.attempted(current.id, outcome(error))
                anew = True
                continue  # nothing is wrong with the deployment, which only rested for long
            await _note(service, current, error)
            if untried and _may_move(error):
                current = untried.pop(0)
                continue
            pause = retry.delay(error, tried, most, random.random(), time.time())
            if pause is None:
                raise
        else:
            return answer
        began = time.perf_counter()
        await asyncio.sleep(pause)
        incoming.waited += time.perf_counter() - began


async def _anew(ask: Ask[_T], target: Target) -> _T:
    with only_new():  # other kept connections may have been closed as well
        return await ask(target)


def retries(service: Service, deployment: Deployment) -> int:
    """How often a request to a deployment is made again."""
    own = deployment.entry.params.max_retries
    return service.config.router.num_retries if own is None else own


async def _order(service: Service, deployments: Sequence[Deployment]) -> list[Deployment]:
    """All of them in a weighted random order, those that rest last."""
    resting = await service.state.cooled([d.id for d in deployments])
    # Each waits a random time, the shorter the larger its weight is: so small ones count as well.
    order = sorted(deployments, key=lambda d: random.expovariate(d.entry.params.weight))
    if resting:
        order.sort(key=lambda d: d.id in resting)
    return order


def _may_move(error: APIError) -> bool:
    return (
        error.retryable
        or error.status_code in _ELSEWHERE
        or error.code in _WORDS_ELSEWHERE
        or isinstance(error, (APIConnectionError, APIResponseValidationError))
        or (error.status_code is None and type(error).__name__ == "AuthenticationError")
    )


async def _note(service: Service, deployment: Deployment, error: APIError) -> None:
    service.metrics.attempted(deployment.id, outcome(error))
    if not _rests(error):
        return
    router = service.config.router
    seconds = retry.wish(error.headers or {}, time.time()) or router.cooldown_time
    if router.allowed_fails:
        failures = await service.state.failed(deployment.id, 60.0)
        if failures <= router.allowed_fails:
            return
    await service.state.cool(deployment.id, min(seconds, _LONGEST_REST), outcome(error))
    service.metrics.cooled(deployment.id)


def _rests(error: APIError) -> bool:
    status = error.status_code
    if isinstance(error, (APIConnectionError, APIResponseValidationError, InternalServerError)):
        return True
    return status in (401, 403, 429) or (status is not None and status >= 500)


_REJECTED = frozenset({400, 404, 405, 409, 413, 415, 422})


def outcome(error: APIError) -> str:
    """A word of a few for what went wrong."""
    if isinstance(error, APIResponseValidationError):
        return "unusable"
    if error.status_code is not None and error.status_code >= 400:
        return "rejected" if error.status_code in _REJECTED else str(error.status_code)
    if isinstance(error, APITimeoutError):
        return "timeout"
    if isinstance(error, APIConnectionError):
        return "connection"
    # An error object without a status of its own, in a stream or in a 200.
    return "rejected" if isinstance(error, BadRequestError) else "error"
