"""What a kernel and its server say to each other about what is on disk, and what is to be there.

The question goes through the kernel's stream, behind all that the kernel did before. The answer
comes back through a socket of the kernel's own, because a stream has no way back.
"""

import json
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from actors.errors import AutosaveError
from actors.notebook import Choice, choice_of
from actors.receipt import Outcome, Saved

Wish: TypeAlias = Literal["saved"] | Choice
"""What a kernel asks for: all to be saved, after a conflict was ended so where it is a choice."""

VARIABLE: Final = "NOTEBOOK_ACTORS_MARIMO"
"""What a server with the plug-in has in its environment, which its kernels inherit."""

HEARD: Final = b""
"""The first answer: the question has arrived, and somebody will answer it."""

# In the form of a message that marimo knows and drops, being the answer to nothing: where a server
# does not expect a question, its sessions and browsers must not fail over an unknown one.
_HEAD: Final = b'{"op":"secret-keys-result","secrets":[],"request_id":"notebook-actors-'
_TAIL: Final = b'"}'


class NotSavedError(AutosaveError):
    """What this kernel did is not on disk, or nobody knows; the notebook still has it."""

    reason: str
    """Why it is not, in words."""

    draft: str | None
    """The id of the draft that keeps it, or will within a second; `None` without one."""

    disputed: bool
    """Whether the file is left alone until `resolve` says who is right."""

    def __init__(self, reason: str, draft: str | None = None, *, disputed: bool = False) -> None:
        super().__init__(reason, draft)
        self.reason = reason
        self.draft = draft
        self.disputed = disputed

    def __str__(self) -> str:
        text = self.reason
        if self.draft is not None:
            text += f" (draft {self.draft} keeps it, see `notebook-actors drafts`)"
        if self.disputed:
            text += '; say who is right: `await autosave.resolve("ours")`, "theirs" or "both"'
        return text


def question(address: str, wish: Wish = "saved") -> bytes:
    """Return the message that asks for an answer to a socket."""
    return _HEAD + wish.encode() + b":" + json.dumps(address).encode()[1:-1] + _TAIL


def is_question(message: bytes) -> bool:
    """Whether a message of a kernel is a question; costs next to nothing."""
    return message.startswith(_HEAD)


def wish_of(message: bytes) -> Wish:
    """Return what a question asks for.

    Raises:
        ValueError: when this release does not know it.
    """
    wish = _parts(message)[0].decode()
    return "saved" if wish == "saved" else choice_of(wish)


def address_of(message: bytes) -> str:
    """Return where the answer to a question goes."""
    address: str = json.loads(b'"' + _parts(message)[1] + b'"')
    return address


def _parts(message: bytes) -> tuple[bytes, bytes]:
    wish, _, address = message[len(_HEAD) : -len(_TAIL)].partition(b":")
    return wish, address


def answer(outcome: Outcome, draft: str | None, *, disputed: bool) -> bytes:
    """Return the second answer.

    Args:
        outcome: how the wait for the disk ended.
        draft: the id of the draft that has what is in no file.
        disputed: whether the file waits for a choice.
    """
    if isinstance(outcome, Saved):
        path = str(outcome.path)
        fields = {"version": outcome.version, "sha256": outcome.sha256, "path": path}
        return json.dumps({"saved": fields}).encode()
    return json.dumps({"reason": outcome.reason, "draft": draft, "disputed": disputed}).encode()


def saved_of(text: bytes) -> Saved:
    """Read the second answer.

    Raises:
        NotSavedError: when that is what it says.
    """
    try:
        fields: dict[str, Any] = json.loads(text)
        if (saved := fields.get("saved")) is not None:
            return Saved(saved["version"], saved["sha256"], Path(saved["path"]))
        disputed = bool(fields.get("disputed"))
        error = NotSavedError(fields["reason"], fields["draft"], disputed=disputed)
    except (AttributeError, LookupError, TypeError, ValueError):
        # A sandbox's kernel may have another release than its server.
        error = NotSavedError(f"the server answered what this release cannot read: {text!r}")
    raise error
