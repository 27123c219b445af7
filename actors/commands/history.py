"""`notebook-actors history`, `diff` and `restore`: the texts that a file had."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import attrs
import typer

from actors.commands.choice import chosen_version
from actors.commands.difference import lines_changed, print_difference
from actors.commands.ending import WrongUseError, one_line_errors, whole_output
from actors.commands.listing import print_json, show_list, size, when
from actors.commands.one_cell import with_one_cell
from actors.commands.putting_back import present_text, put_back, refuse_if_open
from actors.commands.stored import AsJson, Force, StateDir, Stored, opened
from actors.errors import StorageError
from actors.storage import Archive, Etag, Version

_INTERRUPTED = "interrupted; the file holds its old text or the version's, whole"

_COLUMNS = ("#", "when", "source", "label", "size", "lines", "text")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The notebook's file.")]

_HOW = "A number, -1 for the newest, -2 for the one before, or the start of a SHA-256."

NEGATIVE_NUMBERS = {"ignore_unknown_options": True}
"""Settings of a command to which `-1` is no option."""


def history_command(file: File, *, as_json: AsJson = False, state_dir: StateDir = None) -> None:
    """List the versions of a file, the newest first.

    Example: notebook-actors history analysis.py
    """
    with one_line_errors(), opened(state_dir) as stored, whole_output():
        path, versions = _versions(stored, file)
        if as_json:
            print_json([attrs.asdict(version) | {"path": str(path)} for version in versions])
        elif versions:
            show_list(_COLUMNS, list(_rows(stored.archive, versions)), wide=("label",))
        else:
            typer.echo(f"no versions of {path}")


def diff_command(
    file: File,
    first: Annotated[str | None, typer.Argument(metavar="VERSION", help=_HOW)] = None,
    second: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="Another; the file by default.")
    ] = None,
    *,
    state_dir: StateDir = None,
) -> None:
    """Print the difference of two versions, or of one and the file as it is.

    Without a VERSION, that is the newest.

    Example: notebook-actors diff analysis.py -2 -1
    """
    with one_line_errors(), opened(state_dir) as stored, whole_output():
        path, versions = _versions(stored, file)
        old = chosen_version(versions, "-1" if first is None else first)
        old_text = stored.archive.version_text(path, old.number)
        if second is None:
            print_difference(old_text, stored.files.read(path), _title(old), str(path))
        else:
            new = chosen_version(versions, second)
            new_text = stored.archive.version_text(path, new.number)
            print_difference(old_text, new_text, _title(old), _title(new))


def restore_command(
    file: File,
    version: Annotated[str, typer.Argument(metavar="VERSION", help=_HOW)],
    *,
    cell: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Bring back this cell alone; `#3` is the third of it."),
    ] = None,
    force: Force = False,
    state_dir: StateDir = None,
) -> None:
    """Write a version of a file back.

    The text that the file has becomes a version first, so that this can be
    undone. A notebook that a running host has open is left alone.

    Example: notebook-actors restore analysis.py 12 --cell load_data
    """
    with one_line_errors(_INTERRUPTED), opened(state_dir) as stored:
        path, versions = _versions(stored, file)
        chosen = chosen_version(versions, version)
        if not force:
            refuse_if_open(path)
        present = present_text(stored, path)
        text, what = stored.archive.version_text(path, chosen.number), f"version {chosen.number}"
        if cell is not None:
            text, what = with_one_cell(path, present, text, cell), f"{cell} of {what}"
        written = put_back(stored, path, present, text, what)
        with whole_output():
            is_there = "holds" if written else "already holds"
            typer.echo(f"{path} {is_there} {'' if cell is None else 'cell '}{what}")
            if written:
                _tell_where_the_rest_is(stored.archive, path, present)


def _versions(stored: Stored, file: Path) -> tuple[Path, list[Version]]:
    path = stored.files.canonical(file)
    versions = stored.archive.versions(path)
    if not versions and stored.files.read(path) is None:
        raise WrongUseError(f"{path}: there is no such file, and no version of it")
    return path, versions


def _rows(archive: Archive, versions: Sequence[Version]) -> Iterator[list[str]]:
    text = _text(archive, versions[0])
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        old = b"" if before is None else _text(archive, before)
        yield [
            str(version.number),
            when(version.time_s),
            version.source,
            version.label,
            size(version.size),
            "?" if text is None or old is None else "+{} -{}".format(*lines_changed(old, text)),
            version.sha256[:8],
        ]
        text = old


def _text(archive: Archive, version: Version) -> bytes | None:
    """Return the text of a version; `None` if a running host has let go of it just now."""
    try:
        return archive.version_text(version.path, version.number)
    except StorageError:
        return None


def _tell_where_the_rest_is(archive: Archive, path: Path, replaced: bytes | None) -> None:
    sha256 = Etag.of(replaced).sha256
    for version in archive.versions(path):
        if version.sha256 == sha256:
            typer.echo(f"what it held before is version {version.number}")
            return


def _title(version: Version) -> str:
    return f"{version.path} (version {version.number})"
