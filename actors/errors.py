"""The errors that users meet: one base, one class a layer.

Every message says what is wrong, where, and what to do about it. Whichever of
these is raised, the document is as it was before the call.
"""

from typing import Literal, TypeAlias

Cause: TypeAlias = Literal[
    "disk full",
    "read-only",
    "gone",
    "permission",
    "conflict",
    "locked",
    "codegen",
    "shrink",
    "other",
]
"""Why a save fails, as far as it decides what a person can do about it:

- `disk full`: no space, no quota, or a limit of file sizes;
- `read-only`: the file system is mounted so;
- `gone`: the folder, the disk or the network share is not there any more;
- `permission`: this process may not write there;
- `conflict`: somebody else changed the same part of the file;
- `locked`: another process has the notebook open, or git is at work there;
- `codegen`: the document could not be turned into text;
- `shrink`: cells would vanish that nobody deleted;
- `other`: all else, such as a disk that reports an error.
"""


class AutosaveError(Exception):
    """Base of all errors that this package raises on purpose."""


class TransactionError(AutosaveError):
    """A transaction does not fit the document, so none of it was applied.

    The sender's fault: it knows an older or another document. Nothing has
    changed; read the document again and send a transaction that fits it.
    """


class DecodeError(AutosaveError):
    """A message is not in the wire form, so none of it was used.

    The sender's fault: see `where` for the place, as a path into the message.
    """

    where: str
    """Path into the message, such as `changes[2].cellId`; `$` is all of it."""

    what: str
    """What is wrong there, in words."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(where, what)
        self.where = where
        self.what = what

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class FormatError(AutosaveError):
    """A text cannot be read as a notebook; the file is left alone.

    The file's fault: mend it at `line`, or open another file.
    """

    reason: str
    """What is wrong, in words."""

    line: int | None
    """Line of the text, counted from 1, where that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line

    def __str__(self) -> str:
        return self.reason if self.line is None else f"line {self.line}: {self.reason}"


class StorageError(AutosaveError):
    """A file could not be read or replaced; it holds the old text or the new one, whole.

    Nobody's fault as a rule: a full disk, a read-only folder, a lost mount.
    The work is kept as a draft, and is tried again.
    """

    cause: Cause
    """What kind of trouble it is."""

    def __init__(self, message: str, cause: Cause = "other") -> None:
        super().__init__(message)
        self.cause = cause


class ChangedError(StorageError):
    """A file is not as it was left, so it was not replaced.

    Somebody else's edit is in it: read the file, merge, and expect what was read.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, "conflict")


class OwnedError(StorageError):
    """Another process has the file, so it is not written here.

    Close the notebook there, or wait: the file is taken over from an owner that died.
    """

    owner: str
    """Who has it, as `user@host pid N`."""

    def __init__(self, message: str, owner: str) -> None:
        super().__init__(message, "locked")
        self.owner = owner


class NotebookClosedError(AutosaveError):
    """The notebook, or the `Autosave` that it belongs to, was closed.

    The caller's fault: open the notebook again to go on.
    """
