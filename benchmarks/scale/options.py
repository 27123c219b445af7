"""Options of the command line, made from the fields of a benchmark's task."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, Self

import attrs

from actors import Settings
from benchmarks.arguments import positive


def option(default: Any, what: str, read: Callable[[str], Any] = positive) -> Any:
    """Return a field that can be set on the command line.

    Args:
        default: its value otherwise; where it is a tuple, several can be given.
        what: says to people what it is.
        read: makes a value of a word.
    """
    return attrs.field(default=default, metadata={"what": what, "read": read})


def amount(text: str) -> float:
    """Read a number of more than 0."""
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return number


def add_options(parser: argparse.ArgumentParser, task: type) -> None:
    """Add an option for each field that can be set."""
    for field in attrs.fields(task):
        if not field.metadata:
            continue
        default = field.default
        several = isinstance(default, tuple)
        shown = " ".join(map(str, default)) if several else default
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=field.metadata["read"],
            nargs="+" if several else None,
            default=default,
            help=f"{field.metadata['what']} ({shown})",
        )


def task_of(options: argparse.Namespace, kind: type) -> Any:
    """Return the task that the command line asks for."""
    given = {field.name: getattr(options, field.name) for field in attrs.fields(kind)}
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})


@attrs.frozen
class Setting:
    """One of `Settings`, and its value."""

    name: str
    value: float

    @classmethod
    def read(cls, text: str) -> Self:
        """Make one of `file_threads=8`."""
        name, _, value = text.partition("=")
        setting = cls(name, float(value) if "." in value else int(value))
        try:
            settings_of([setting])
        except TypeError:
            raise argparse.ArgumentTypeError(f"there is no setting {name}") from None
        return setting


def settings_of(given: Iterable[Setting]) -> Settings:
    """Return the settings with these values, and the defaults otherwise."""
    values: dict[str, Any] = {setting.name: setting.value for setting in given}
    return Settings(**values)
