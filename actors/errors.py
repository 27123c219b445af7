"""The errors that users meet: one base, one class a layer.

Every message says what is wrong, where, and what to do about it. Whichever of
these is raised, the document is as it was before the call.
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
    The work stays in memory and is tried again.
    """


class NotebookClosedError(AutosaveError):
    """The notebook, or the `Autosave` that it belongs to, was closed.

    The caller's fault: open the notebook again to go on.
    """
