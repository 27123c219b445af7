"""duckdb and sqlglot, which the extra `sql` installs: imported at the first SQL, if at all."""

import contextlib
import functools
import importlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

import attrs

_OLDEST_DUCKDB = 1
"""marimo reads no SQL with a duckdb before 1.0."""


@attrs.frozen(eq=False)
class Duckdb:
    """The module, and a database of our own, in which nothing is ever run.

    Not the module's default connection, which belongs to the host: what it
    loads or sets there may change what a statement is.
    """

    module: Any
    _connection: Any
    _lock: threading.Lock = attrs.field(factory=threading.Lock)  # a connection is for one thread

    def statements(self, text: str) -> list[str]:
        """Return the statements of a script.

        Raises:
            Exception: of any type, for what duckdb does not understand.
        """
        with self._lock:
            return [found.query for found in self._connection.extract_statements(text)]


@attrs.frozen
class Sqlglot:
    """The parts of sqlglot that are used here."""

    exp: Any
    parse: Any
    build_scope: Any
    optimize_error: type[Exception]


@functools.cache
def duckdb() -> Duckdb | None:
    """Return duckdb, or `None` if there is none; the same during a process."""
    try:
        module: Any = importlib.import_module("duckdb")
    except ImportError:
        return None
    if int(module.__version__.split(".")[0]) < _OLDEST_DUCKDB:
        return None
    connection = module.connect(":memory:", config={"threads": 1})
    with contextlib.suppress(module.Error):  # eight more threads, and not there before 2.0
        connection.execute("SET async_threads = 0")
    return Duckdb(module, connection)


@functools.cache
def sqlglot() -> Sqlglot | None:
    """Return sqlglot, or `None` if there is none; the same during a process."""
    try:
        module: Any = importlib.import_module("sqlglot")
        scope: Any = importlib.import_module("sqlglot.optimizer.scope")
    except ImportError:
        return None
    logging.getLogger("sqlglot").addFilter(_is_for_the_host)
    return Sqlglot(module.exp, module.parse, scope.build_scope, module.errors.OptimizeError)


_here = threading.local()


def _is_for_the_host(_: logging.LogRecord) -> bool:
    return not getattr(_here, "is_silent", False)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep to ourselves what sqlglot logs about a cell, in this thread alone."""
    _here.is_silent = True
    try:
        yield
    finally:
        _here.is_silent = False
