"""Log output of the command; a library configures no sinks."""

import logging
import sys
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record


def show_logs() -> None:
    """Print one line an event to stderr: ours, and Pykka's own in the same stream."""
    logger.remove()
    logger.enable("actors")
    logger.add(sys.stderr, level="DEBUG", format=_line, backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.DEBUG, force=True)


def _line(record: "Record") -> str:
    """Return the format of one line: time, level, who, what, and the bound fields."""
    bound = "".join(f" {{extra[{key}]}}" for key in ("actor", "notebook") if key in record["extra"])
    return f"{{time:HH:mm:ss.SSS}} {{level: <7}}{bound} {{message}}\n{{exception}}"


class _ToLoguru(logging.Handler):
    """Takes records of the standard library's logging, which Pykka uses."""

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in _LEVELS else record.levelno
        logger.bind(actor=record.name).opt(exception=record.exc_info).log(
            level, record.getMessage()
        )


_LEVELS = frozenset(("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
