"""Looks before it leaps, for stores that cannot compare by themselves."""

import inspect
from pathlib import Path
from typing import Any, cast

import attrs

from actors.errors import ChangedError
from actors.etag import Etag
from actors.storage.protocol import Replaced, Storage


@attrs.frozen
class Comparing:
    """A store whose `replace` knows no `expected`: what is there is read before.

    A change between the two is not noticed, so a store that can compare in one
    step (an etag of an object store) should.
    """

    store: Any

    def replace(
        self, path: Path, data: bytes, *, expected: tuple[Etag, ...] | None = None
    ) -> Replaced:
        """Replace a text if it is one of those that are expected."""
        if expected is not None and (present := self.store.read(path)) not in {None, data}:
            sha256 = Etag.of(present).sha256
            if all(etag.sha256 != sha256 for etag in expected):
                raise ChangedError(f"cannot save {path}: another program has changed it")
        return cast("Replaced", self.store.replace(path, data))

    def __getattr__(self, name: str) -> Any:
        """Return what the store itself has."""
        return getattr(self.store, name)


def comparing(storage: Storage) -> Storage:
    """Return a store that compares: this one, if it does."""
    parameters = inspect.signature(storage.replace).parameters
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    if takes_all or "expected" in parameters:
        return storage
    return cast("Storage", Comparing(storage))
