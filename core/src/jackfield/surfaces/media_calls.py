"""The canonical calls for audio and video as methods, with their types, for both clients.

Each is a thin name for ``call(surface, model, …)``; the clients bring that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from jackfield.binary import Binary
    from jackfield.protocols import AsyncCaller, Caller
    from jackfield.stream import AsyncStream, Stream
    from jackfield.surfaces.speech import SpeechEvent
    from jackfield.surfaces.transcription import Transcription, TranscriptionEvent, Translation
    from jackfield.surfaces.video import DeletedVideo, Video, VideoList


class SyncMediaCalls:
    """The calls for audio and video of the blocking client."""

    @overload
    def transcription(
        self: Caller,
        model: str,
        file: Any,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> Transcription: ...
    @overload
    def transcription(
        self: Caller,
        model: str,
        file: Any,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> Stream[TranscriptionEvent]: ...
    @overload
    def transcription(
        self: Caller,
        model: str,
        file: Any,
        *,
        stream: bool | None,
        **params: Any,
    ) -> Transcription | Stream[TranscriptionEvent]: ...
    def transcription(
        self: Caller,
        model: str,
        file: Any,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """Speech to text.

        Args:
            model: a model name, bare or with a plugin's prefix.
            file: a path, bytes, ``(name, bytes)``, a binary file object or a URL.
            stream: True for an iterator of events instead of a result.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            A ``Transcription``, or a ``Stream`` of ``TranscriptionEvent``.
        """
        return self.call("transcription", model, file=file, **params, stream=stream)

    def translation(
        self: Caller,
        model: str,
        file: Any,
        **params: Any,
    ) -> Translation:
        """Speech in any language to English text.

        Args:
            model: a model name, bare or with a plugin's prefix.
            file: as for `transcription`.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            A ``Translation``.
        """
        found: Translation = self.call("translation", model, file=file, **params)
        return found

    @overload
    def speech(
        self: Caller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> Binary: ...
    @overload
    def speech(
        self: Caller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> Stream[SpeechEvent]: ...
    @overload
    def speech(
        self: Caller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: bool | None,
        **params: Any,
    ) -> Binary | Stream[SpeechEvent]: ...
    def speech(
        self: Caller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """Text to speech.

        Args:
            model: a model name, bare or with a plugin's prefix.
            input: the text.
            voice: the voice's name.
            stream: True for an iterator of events with audio instead of a result.
            **params: any parameter of the API, and any of the call's settings. ``save_to``
                names a path or a file object to write the audio to.

        Returns:
            A `Binary`, or a ``Stream`` of ``SpeechEvent``.
        """
        return self.call("speech", model, input=input, voice=voice, **params, stream=stream)

    def video_generation(
        self: Caller,
        model: str,
        prompt: str,
        **params: Any,
    ) -> Video:
        """Start a job that makes a video.

        Args:
            model: a model name, bare or with a plugin's prefix.
            prompt: what the video is to show.
            **params: any parameter of the API, and any of the call's settings. With ``wait=True``
                the call lasts until the job has ended: it is looked at every ``poll_interval``
                seconds, for ``wait_timeout`` at most.

        Returns:
            The job as it is now, or with ``wait=True`` as it ended.
        """
        found: Video = self.call("video", model, prompt=prompt, **params)
        return found

    def video_status(
        self: Caller,
        video_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """Look a video job up.

        Args:
            video_id: the API's id, or a ``Video``.
            model: whose video it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings. With ``wait=True``
                the call lasts until the job has ended: it is looked at every ``poll_interval``
                seconds, for ``wait_timeout`` at most.

        Returns:
            The job.
        """
        found: Video = self.call("video", model, operation="retrieve", video_id=video_id, **params)
        return found

    def video_content(
        self: Caller,
        video_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Binary:
        """Download a video, or with ``variant`` its thumbnail or spritesheet.

        Args:
            video_id: the API's id, or a ``Video``.
            model: whose video it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings. ``save_to``
                names a path or a file object to write it to, ``on_progress`` a function to tell.

        Returns:
            A `Binary`.
        """
        found: Binary = self.call("video", model, operation="content", video_id=video_id, **params)
        return found

    def video_list(
        self: Caller,
        *,
        model: str | None = None,
        **params: Any,
    ) -> VideoList:
        """List video jobs, a page at a time.

        Args:
            model: whose video it is, where several providers are installed.
            **params: ``after``, ``limit``, ``order``, and any of the call's settings.

        Returns:
            A ``VideoList``; ``last_id`` is the next page's ``after``.
        """
        found: VideoList = self.call("video", model, operation="list", **params)
        return found

    def video_remix(
        self: Caller,
        video_id: Any,
        prompt: str,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """Start a job that makes a finished video anew from another prompt.

        Args:
            video_id: the API's id, or a ``Video``.
            prompt: what is to be different.
            model: whose video it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings. With ``wait=True``
                the call lasts until the job has ended: it is looked at every ``poll_interval``
                seconds, for ``wait_timeout`` at most.

        Returns:
            The new job.
        """
        found: Video = self.call(
            "video", model, operation="remix", video_id=video_id, prompt=prompt, **params
        )
        return found

    def video_edit(
        self: Caller,
        video: Any,
        prompt: str,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """Start a job that edits a video.

        Args:
            video: an id, a ``Video``, or a file (a ``Path``, bytes, a file object).
            prompt: what is to be edited.
            model: whose video it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings. With ``wait=True``
                the call lasts until the job has ended: it is looked at every ``poll_interval``
                seconds, for ``wait_timeout`` at most.

        Returns:
            The new job.
        """
        found: Video = self.call(
            "video", model, operation="edit", video=video, prompt=prompt, **params
        )
        return found

    def video_extension(
        self: Caller,
        video: Any,
        prompt: str,
        seconds: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """Start a job that continues a video.

        Args:
            video: as for `video_edit`.
            prompt: what happens next.
            seconds: how long the new part is to be.
            model: whose video it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings. With ``wait=True``
                the call lasts until the job has ended: it is looked at every ``poll_interval``
                seconds, for ``wait_timeout`` at most.

        Returns:
            The new job.
        """
        found: Video = self.call(
            "video",
            model,
            operation="extension",
            video=video,
            prompt=prompt,
            seconds=seconds,
            **params,
        )
        return found

    def video_delete(
        self: Caller,
        video_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> DeletedVideo:
        """Delete a finished video.

        Args:
            video_id: the API's id, or a ``Video``.
            model: whose video it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The confirmation.
        """
        found: DeletedVideo = self.call(
            "video", model, operation="delete", video_id=video_id, **params
        )
        return found


class AsyncMediaCalls:
    """The calls for audio and video of the asyncio client."""

    @overload
    async def transcription(
        self: AsyncCaller,
        model: str,
        file: Any,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> Transcription: ...
    @overload
    async def transcription(
        self: AsyncCaller,
        model: str,
        file: Any,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> AsyncStream[TranscriptionEvent]: ...
    @overload
    async def transcription(
        self: AsyncCaller,
        model: str,
        file: Any,
        *,
        stream: bool | None,
        **params: Any,
    ) -> Transcription | AsyncStream[TranscriptionEvent]: ...
    async def transcription(
        self: AsyncCaller,
        model: str,
        file: Any,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """As `SyncMediaCalls.transcription`."""
        return await self.call("transcription", model, file=file, **params, stream=stream)

    async def translation(
        self: AsyncCaller,
        model: str,
        file: Any,
        **params: Any,
    ) -> Translation:
        """As `SyncMediaCalls.translation`."""
        found: Translation = await self.call("translation", model, file=file, **params)
        return found

    @overload
    async def speech(
        self: AsyncCaller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> Binary: ...
    @overload
    async def speech(
        self: AsyncCaller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> AsyncStream[SpeechEvent]: ...
    @overload
    async def speech(
        self: AsyncCaller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: bool | None,
        **params: Any,
    ) -> Binary | AsyncStream[SpeechEvent]: ...
    async def speech(
        self: AsyncCaller,
        model: str,
        input: str,
        voice: Any = None,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """As `SyncMediaCalls.speech`."""
        return await self.call("speech", model, input=input, voice=voice, **params, stream=stream)

    async def video_generation(
        self: AsyncCaller,
        model: str,
        prompt: str,
        **params: Any,
    ) -> Video:
        """As `SyncMediaCalls.video_generation`."""
        found: Video = await self.call("video", model, prompt=prompt, **params)
        return found

    async def video_status(
        self: AsyncCaller,
        video_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """As `SyncMediaCalls.video_status`."""
        found: Video = await self.call(
            "video", model, operation="retrieve", video_id=video_id, **params
        )
        return found

    async def video_content(
        self: AsyncCaller,
        video_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Binary:
        """As `SyncMediaCalls.video_content`."""
        found: Binary = await self.call(
            "video", model, operation="content", video_id=video_id, **params
        )
        return found

    async def video_list(
        self: AsyncCaller,
        *,
        model: str | None = None,
        **params: Any,
    ) -> VideoList:
        """As `SyncMediaCalls.video_list`."""
        found: VideoList = await self.call("video", model, operation="list", **params)
        return found

    async def video_remix(
        self: AsyncCaller,
        video_id: Any,
        prompt: str,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """As `SyncMediaCalls.video_remix`."""
        found: Video = await self.call(
            "video", model, operation="remix", video_id=video_id, prompt=prompt, **params
        )
        return found

    async def video_edit(
        self: AsyncCaller,
        video: Any,
        prompt: str,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """As `SyncMediaCalls.video_edit`."""
        found: Video = await self.call(
            "video", model, operation="edit", video=video, prompt=prompt, **params
        )
        return found

    async def video_extension(
        self: AsyncCaller,
        video: Any,
        prompt: str,
        seconds: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Video:
        """As `SyncMediaCalls.video_extension`."""
        found: Video = await self.call(
            "video",
            model,
            operation="extension",
            video=video,
            prompt=prompt,
            seconds=seconds,
            **params,
        )
        return found

    async def video_delete(
        self: AsyncCaller,
        video_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> DeletedVideo:
        """As `SyncMediaCalls.video_delete`."""
        found: DeletedVideo = await self.call(
            "video", model, operation="delete", video_id=video_id, **params
        )
        return found
