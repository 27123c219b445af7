"""`notebook-actors drafts`: work that is in no file, and the ways out."""

import sys
import time
from pathlib import Path
from typing import Annotated

import attrs
import typer

from actors.commands.choice import chosen_draft
from actors.commands.difference import print_difference
from actors.commands.ending import WrongUseError, one_line_errors, whole_output
from actors.commands.listing import age, print_json, show_list, size
from actors.commands.putting_back import present_text, put_back, refuse_if_open
from actors.commands.stored import AsJson, Force, StateDir, opened
from actors.storage import Draft, Etag
from actors.storage.archive import DropDraft

drafts = typer.Typer(invoke_without_command=True)

_INTERRUPTED = "interrupted; the file holds its old text or the draft's, whole"

_COLUMNS = ("id", "age", "file", "size", "why")

DraftId = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")]


@drafts.callback()
def list_drafts(
    context: typer.Context, *, state_dir: StateDir = None, as_json: AsJson = False
) -> None:
    """List work that is in no file; show it, restore it, or delete it.

    A draft is kept of each notebook without a name, and of what could not be
    saved. It is dropped when its work is in a file.

    Example: notebook-actors drafts
    """
    context.obj = state_dir
    if context.invoked_subcommand is not None:
        return
    with one_line_errors(), opened(state_dir) as stored, whole_output():
        kept = stored.archive.drafts()
        if as_json:
            print_json([_record(draft) for draft in kept])
        elif kept:
            show_list(_COLUMNS, [_row(draft) for draft in kept], wide=("file", "why"))
        else:
            typer.echo("no drafts")


@drafts.command("show")
def show_draft(context: typer.Context, draft_id: DraftId, *, state_dir: StateDir = None) -> None:
    """Print the text of a draft, as it is.

    Example: notebook-actors drafts show 3f9c > rescued.py
    """
    with one_line_errors(), opened(state_dir or context.obj) as stored, whole_output():
        draft = chosen_draft(stored.archive, draft_id)
        sys.stdout.buffer.write(stored.archive.draft_text(draft.id))


@drafts.command("diff")
def diff_draft(context: typer.Context, draft_id: DraftId, *, state_dir: StateDir = None) -> None:
    """Print what a restore of a draft would change in its file.

    Example: notebook-actors drafts diff 3f9c
    """
    with one_line_errors(), opened(state_dir or context.obj) as stored, whole_output():
        draft = chosen_draft(stored.archive, draft_id)
        present = None if draft.path is None else stored.files.read(draft.path)
        text = stored.archive.draft_text(draft.id)
        print_difference(present, text, str(draft.path), f"draft {draft.id}")


@drafts.command("restore")
def restore_draft(
    context: typer.Context,
    draft_id: DraftId,
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; the draft's own file by default.")
    ] = None,
    *,
    force: Force = False,
    state_dir: StateDir = None,
) -> None:
    """Write a draft to its file, or to another one, and drop it.

    A file that has changed since is left alone. What is replaced is kept as a
    version, see `notebook-actors history`.

    Example: notebook-actors drafts restore 3f9c analysis.py
    """
    with one_line_errors(_INTERRUPTED), opened(state_dir or context.obj) as stored:
        draft = chosen_draft(stored.archive, draft_id)
        path = stored.files.canonical(_target(draft, file))
        if not force:
            refuse_if_open(path)
        present = present_text(stored, path)
        if not force:
            _refuse_if_changed(draft, path, present)
        text = stored.archive.draft_text(draft.id)
        what = f"draft {draft.id}"
        written = put_back(stored, path, present, text, what, DropDraft(draft.id))
        with whole_output():
            typer.echo(f"{path} {'holds' if written else 'already holds'} {what}, which is dropped")


@drafts.command("delete")
def delete_drafts(
    context: typer.Context,
    draft_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, or beginnings.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    state_dir: StateDir = None,
) -> None:
    """Delete drafts. Each may be the only copy of somebody's work.

    Example: notebook-actors drafts delete 3f9c
    """
    with (
        one_line_errors("interrupted; nothing was deleted"),
        opened(state_dir or context.obj) as stored,
    ):
        found = [chosen_draft(stored.archive, each) for each in draft_ids]
        chosen = {draft.id: draft for draft in found}
        if not yes and not _is_confirmed(list(chosen.values())):
            typer.echo("nothing was deleted")
            return
        stored.archive.commit(DropDraft(each) for each in chosen)
        with whole_output():
            for each in chosen:
                typer.echo(f"draft {each} is deleted")


def _row(draft: Draft) -> list[str]:
    return [
        draft.id,
        age(time.time() - draft.time_s),
        "unnamed" if draft.path is None else str(draft.path),
        size(draft.size),
        draft.reason.removeprefix(f"{draft.path or 'unnamed:'} "),
    ]


def _record(draft: Draft) -> dict[str, object]:
    return attrs.asdict(draft) | {"path": None if draft.path is None else str(draft.path)}


def _target(draft: Draft, file: Path | None) -> Path:
    path = file or draft.path
    if path is None:
        raise WrongUseError(
            f"draft {draft.id} is of a notebook without a name: "
            f"say which file it becomes, such as analysis{draft.suffix}"
        )
    if path.suffix.lower() != draft.suffix.lower():
        raise WrongUseError(
            f"draft {draft.id} is the text of a {draft.suffix} file: restore it to one, "
            "and `notebook-actors convert` that"
        )
    return path


def _refuse_if_changed(draft: Draft, path: Path, present: bytes | None) -> None:
    """Leave work alone that the draft does not know of."""
    known = {None, draft.base_sha256, draft.sha256}
    if Etag.of(present).sha256 in known:
        return
    if path == draft.path:
        raise WrongUseError(
            f"{path} has changed since draft {draft.id} was made: compare them with "
            f"`notebook-actors drafts diff {draft.id}`, restore the draft to another file, "
            "or replace this one by --force"
        )
    raise WrongUseError(f"{path} is there already; --force replaces it")


def _is_confirmed(chosen: list[Draft]) -> bool:
    if not sys.stdin.isatty():
        raise WrongUseError("a draft may be the only copy of its work; --yes deletes it unasked")
    show_list(_COLUMNS[:4], [_row(draft)[:4] for draft in chosen], wide=("file",))
    try:
        return typer.confirm("Delete for good?", err=True)
    except typer.Abort:
        typer.echo(err=True)
        raise KeyboardInterrupt from None
