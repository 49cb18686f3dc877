"""A client's form as the parameters of a call: the inverse of `jackfield.forms`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jackfield.sources import Source
from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.requests.incoming import too_large

if TYPE_CHECKING:
    from jackfield_proxy.requests.incoming import Incoming

_WORDS = {"true": True, "false": False}
_MAX_FIELDS = 1000
_IN_MEMORY = 1024 * 1024


@asynccontextmanager
async def form_of(incoming: Incoming, limit: int, text_limit: int) -> AsyncIterator[dict[str, Any]]:
    """The parameters of a form; its files are `Source` objects, on disk where they are large.

    ``name[]`` is a list, ``name[key]`` an object. ``stream`` is a boolean; everything else is text,
    as forms have it.

    Args:
        incoming: the request.
        limit: bytes of the whole form.
        text_limit: bytes of all its fields that are no files; they are held in memory.

    Raises:
        Refused: it is too large, or no form.
    """
    # Few requests are forms.
    from python_multipart.exceptions import FormParserError
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    class Parser(MultiPartParser):
        spool_max_size = _IN_MEMORY
        text = 0

        def on_part_data(self, data: bytes, start: int, end: int) -> None:
            if self._current_part.file is None:
                self.text += end - start
                if self.text > text_limit:
                    raise too_large(text_limit)
            super().on_part_data(data, start, end)

    incoming.check_length(limit)
    stream: Any = incoming.pieces(limit)
    parser = Parser(
        Headers(raw=incoming.scope["headers"]),
        stream,
        max_files=_MAX_FIELDS,
        max_fields=_MAX_FIELDS,
        max_part_size=text_limit,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, FormParserError) as error:
        raise Refused(400, f"The form can't be read: {error}") from None
    except KeyError:
        raise Refused(400, "The form can't be read: its Content-Type has no boundary.") from None
    try:
        params: dict[str, Any] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                _put(params, name, _source(value))
            else:
                _put(params, name, value)
        wanted = params.get("stream")
        if isinstance(wanted, str):
            params["stream"] = _WORDS.get(wanted, wanted)
        yield params
    finally:
        await form.close()


def _source(upload: Any) -> Any:
    """What a client uploaded, as a call takes a file: name, content, media type."""
    file = Source.of(upload.file)
    return (
        (upload.filename, file, upload.content_type)
        if upload.content_type
        else (
            upload.filename,
            file,
        )
    )


def _put(params: dict[str, Any], name: str, value: Any) -> None:
    head, bracket, rest = name.partition("[")
    if not bracket or not head:
        if name in params and isinstance(params[name], list):
            params[name].append(value)
        elif name in params:
            params[name] = [params[name], value]
        else:
            params[name] = value
        return
    keys = [head, *rest.removesuffix("]").split("][")]
    if len(keys) > 8:
        raise Refused(400, f"The field {name[:100]} is nested too deeply.", param=head)
    place: Any = params
    for key, following in pairwise(keys):
        if not isinstance(place, dict):
            raise Refused(400, f"The field {name[:100]} contradicts another one.", param=head)
        place = place.setdefault(key, [] if following == "" else {})
    last = keys[-1]
    if isinstance(place, list) and not last:
        place.append(value)
    elif isinstance(place, dict) and last:
        place[last] = value
    else:
        raise Refused(400, f"The field {name[:100]} contradicts another one.", param=head)
