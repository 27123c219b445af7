"""Actors that crash when a run says so."""

import functools
from collections.abc import Callable
from typing import Any

import attrs

from actors.codegen import CodegenActor
from actors.listener import ListenerActor
from actors.messages import MergedFile
from actors.runtime import Actor


class OrderedCrashError(Exception):
    """What an actor raises because a run wants it to."""


@attrs.define
class Saboteur:
    """Knows which kind of actor is to crash over its next message."""

    ordered: dict[str, str] = attrs.field(factory=dict)
    """By kind: `before` or `after` the message is handled."""

    def take(self, kind: str, when: str) -> bool:
        """Return whether one is to crash now, which is done with then."""
        if self.ordered.get(kind) != when:
            return False
        del self.ordered[kind]
        return True


class _Crashing(Actor[Any]):
    kind = ""

    def __init__(self, saboteur: Saboteur, *args: Any, **kwargs: Any) -> None:
        self._saboteur = saboteur
        super().__init__(*args, **kwargs)

    def on_receive(self, message: Any) -> None:
        # The host's copy depends on it: an announcement that is lost is another subject.
        is_spared = isinstance(message, MergedFile)
        if not is_spared and self._saboteur.take(self.kind, "before"):
            raise OrderedCrashError(f"before {type(message).__name__}")
        super().on_receive(message)
        if not is_spared and self._saboteur.take(self.kind, "after"):
            raise OrderedCrashError(f"after {type(message).__name__}")


@functools.cache
def crashing(actor: type[Actor[Any]], kind: str) -> Callable[..., Any]:
    """Return a class of that actor which crashes when it is to."""
    return type(f"Crashing{actor.__name__}", (_Crashing, actor), {"kind": kind})


CRASHING_LISTENER = crashing(ListenerActor, "listener")
CRASHING_CODEGEN = crashing(CodegenActor, "codegen")
