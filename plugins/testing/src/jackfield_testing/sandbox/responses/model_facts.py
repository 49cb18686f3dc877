"""What the sandbox knows of the models: which of them reason, how, and what they turn down."""

from __future__ import annotations

import re
from functools import cached_property

import attrs

from jackfield_testing.sandbox.families import base_of, family
from jackfield_testing.sandbox.models import ModelName

#: Every effort there is.
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

# Name to the efforts that it takes and the one that it has of itself; the first match counts.
_EFFORTS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (r"gpt-5-pro\b", ("high",), "high"),
    (r"gpt-5\.\d+-pro\b", ("medium", "high", "xhigh"), "medium"),
    (r"gpt-5(\.1)?-codex(?!-max)", ("low", "medium", "high"), "medium"),
    (r"gpt-[\w.]+-codex", ("low", "medium", "high", "xhigh"), "medium"),
    (r"gpt-5-(mini|nano)\b", EFFORTS[:5], "medium"),
    (r"gpt-5(?![\d.])", EFFORTS[1:5], "medium"),
    (r"gpt-5\.1\b", ("none", "low", "medium", "high"), "none"),
    (r"gpt-5\.[234]\b", ("none", "low", "medium", "high", "xhigh"), "none"),
    (r"gpt-5\.", ("none", "low", "medium", "high", "xhigh", "max"), "medium"),
    (r"(o\d|codex-|computer-use-|gpt-oss)", ("low", "medium", "high"), "medium"),
)
_NOT_CONCISE = r"gpt-5(\.1)?(-|$)"
_NO_SUMMARY = r"(o1|o3-mini)\b"
_DEEP = "-deep-research"


@attrs.frozen(slots=False)
class ModelFacts:
    """What is known of a model.

    Args:
        name: as the request has it, without a fault directive.
    """

    name: str

    @cached_property
    def base(self) -> str:
        """The model that a fine-tuned one was made from, or the name itself."""
        return base_of(self.name)

    @property
    def dated(self) -> str:
        """The name that the answer bears."""
        return ModelName(self.name).dated

    @cached_property
    def is_known(self) -> bool:
        """Whether the name says what kind of model it is."""
        return bool(family(self.name)) and not self.thinks_aloud

    @cached_property
    def reasons(self) -> bool:
        """Whether it is a reasoning model. A name that nobody knows is none."""
        other = self.base.startswith(("codex-", "computer-use-", "gpt-oss"))
        chats = re.match(r"gpt-5[\w.]*-chat", self.base) is not None
        return other or (ModelName(self.base).reasons and not chats)

    @property
    def thinks_aloud(self) -> bool:
        """Whether its reasoning is to be read as it is, as with models of open weights."""
        return self.base.startswith("gpt-oss")

    @property
    def streams(self) -> bool:
        """Whether it can stream."""
        return re.match(r"(gpt-5|o1)-pro\b", self.base) is None

    @property
    def researches(self) -> bool:
        """Whether it is there for deep research, and needs a tool to search with."""
        return _DEEP in self.base

    @cached_property
    def efforts(self) -> tuple[str, ...]:
        """The efforts that it takes; all of them where nothing is known."""
        return next((some for p, some, _ in _EFFORTS if re.match(p, self.base)), EFFORTS)

    @cached_property
    def effort(self) -> str | None:
        """The effort that it has of itself; None where it does not reason."""
        if not self.reasons:
            return None
        return next((own for p, _, own in _EFFORTS if re.match(p, self.base)), "medium")

    @property
    def summaries(self) -> tuple[str, ...]:
        """The kinds of summary that it can be asked for."""
        if re.match(_NO_SUMMARY, self.base):
            return ()
        both = ("auto", "detailed")
        return both if re.match(_NOT_CONCISE, self.base) else (*both, "concise")

    @property
    def verbosities(self) -> tuple[str, ...]:
        """The values of ``text.verbosity`` that it takes."""
        varied = self.base.startswith("gpt-5") and self.reasons and "codex" not in self.base
        return ("low", "medium", "high") if varied or not self.is_known else ("medium",)

    @property
    def is_recent(self) -> bool:
        """Whether it came after GPT-5.1: other defaults, and messages that say which phase."""
        return re.match(r"gpt-5\.[2-9]", self.base) is not None

    @property
    def context(self) -> str:
        """The turns whose reasoning it goes by, of itself."""
        return "all_turns" if re.match(r"gpt-5\.6", self.base) else "current_turn"

    @property
    def tools_excluded(self) -> tuple[str, ...]:
        """The tools that it does not have."""
        if re.match(r"gpt-5-pro\b", self.base):
            return ("code_interpreter", "computer", "computer_use_preview")
        return ()
