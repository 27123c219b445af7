"""Words for values that would otherwise be bare strings and numbers."""

from typing import ClassVar, NewType, Protocol, TypeVar

NotebookId = NewType("NotebookId", str)
"""Names one open notebook inside one `Autosave`, for as long as it is open."""

CellId = NewType("CellId", str)
"""Names one cell inside one notebook; the host chooses it."""

M_contra = TypeVar("M_contra", contravariant=True)


class Mailbox(Protocol[M_contra]):
    """Where messages for one actor go in; what an actor knows of another.

    A generic protocol of its own, because Pykka's `ActorRef.tell` takes `Any`:
    with this one a type checker rejects a message that the actor cannot read.
    """

    def tell(self, message: M_contra, /) -> None:
        """Put a message at the end of the mailbox; never blocks, never raises.

        Messages of one sender arrive in the order they were sent. When the
        actor has stopped, the message is a dead letter: counted, logged, and
        told so if it has an `undelivered` method.
        """
        ...


class Undeliverable:
    """A message that wants to know when nobody will ever handle it."""

    __slots__ = ()

    is_bounded: ClassVar[bool] = False
    """A mailbox that has a bound refuses it when so many messages wait there."""

    def undelivered(self, reason: str) -> None:
        """Settle whatever hangs on this message.

        Called at most once, on any thread, when the receiver has stopped,
        was put out of service, crashed while it handled the message, or has
        a full mailbox.
        """
        raise NotImplementedError


class Urgent:
    """A message that overtakes those which are not, in the mailbox that it is put in.

    For answers and timers: what an actor has begun should not wait behind
    what it has not. Urgent messages stay in order among themselves.
    """

    __slots__ = ()
