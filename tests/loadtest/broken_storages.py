"""Stores that break a promise for one notebook, each in its own way."""

import hashlib
import threading

from actors.errors import StorageError
from actors.storage import LocalStorage, Replaced

VICTIM = "notebook-2.py"


def claimed(data):
    return Replaced(hashlib.sha256(data).hexdigest(), True)


class BrokenStorage(LocalStorage):
    """Local files, but for those of the victim."""

    def replace(self, path, data, *, expected=None):
        return (
            self.harm(path, data)
            if path.name == VICTIM
            else super().replace(path, data, expected=expected)
        )

    def harm(self, path, data):
        raise NotImplementedError


class LyingStorage(BrokenStorage):
    def harm(self, path, data):
        return claimed(data)


class MishashingStorage(BrokenStorage):
    def harm(self, path, data):
        return claimed(data + LocalStorage.replace(self, path, data).sha256.encode())


class TearingStorage(BrokenStorage):
    def harm(self, path, data):
        path.write_bytes(data[: len(data) - 20] + b"\0")
        return claimed(data)


class DroppingStorage(BrokenStorage):
    def harm(self, path, data):
        path.unlink(missing_ok=True)
        return claimed(data)


class LateStorage(BrokenStorage):
    """Writes each text when the next one comes, and so loses the last."""

    def __init__(self):
        super().__init__()
        self.kept = b""

    def harm(self, path, data):
        if self.kept:
            path.write_bytes(self.kept)
        self.kept = data
        return claimed(data)


class SpoilingStorage(BrokenStorage):
    """Writes a text that is a notebook, but another one."""

    def harm(self, path, data):
        path.write_bytes(data.replace(b"import pandas as pd", b"import polars as pd"))
        return claimed(data)


class FailingStorage(BrokenStorage):
    def harm(self, path, data):
        raise StorageError("disk full")


class LitteringStorage(BrokenStorage):
    def harm(self, path, data):
        (path.parent / f".{VICTIM}.1-0.notebook-actors.tmp").touch()
        return LocalStorage.replace(self, path, data)


class StumblingStorage(BrokenStorage):
    """Fails once, and then goes on."""

    failures = 1

    def harm(self, path, data):
        if self.failures:
            self.failures -= 1
            raise StorageError("disk full")
        return LocalStorage.replace(self, path, data)


class HangingStorage(BrokenStorage):
    def __init__(self):
        super().__init__()
        self.opened = threading.Event()

    def harm(self, path, data):
        self.opened.wait()
        return LocalStorage.replace(self, path, data)
