"""A state directory with drafts and versions, and the command that looks into it."""

import hashlib
import time
from contextlib import closing

from typer.testing import CliRunner

from actors.cli import app
from actors.formats import render
from actors.notebook import Cell, Notebook
from actors.storage import Draft, SqliteArchive, Version
from actors.storage.archive import PutDraft, PutVersion
from actors.storage.ownership import Owner, Ownership
from actors.storage.system_calls import SystemCalls

HOUR_S = 3600.0


def archive_in(folder):
    return closing(SqliteArchive(folder))


def text(*cells):
    """Return a `.py` file with cells, each given as `name: code`, or as `code`."""
    parts = [cell.rpartition(": ") for cell in cells]
    return render(
        Notebook(
            Cell(f"c{place}", code, name or "_") for place, (name, _, code) in enumerate(parts)
        ),
        ".py",
    )


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def keep_draft(folder, draft_id, data, path=None, base=None, **fields):
    """Keep a draft; `base` is the text that the file had."""
    draft = Draft(
        id=draft_id,
        notebook=str(path or draft_id),
        path=path,
        version=1,
        base_sha256=None if base is None else sha256(base),
        owner="ann@lab pid 7",
        size=len(data),
        sha256=sha256(data),
        **{
            "suffix": ".py",
            "cause": None if path is None else "disk full",
            "reason": "it has no name" if path is None else "no space left",
            "time_s": time.time() - HOUR_S - 1,
        }
        | fields,
    )
    with archive_in(folder) as archive:
        archive.commit([PutDraft(draft, data)])


def keep_versions(folder, path, *texts):
    """Keep texts as versions 1, 2 and so on, an hour between them."""
    start = time.time() - len(texts) * HOUR_S
    with archive_in(folder) as archive:
        for place, data in enumerate(texts):
            version = Version(
                path=path,
                number=0,
                sha256=sha256(data),
                size=len(data),
                source="code-mode",
                label="ann's agent",
                time_s=start + place * HOUR_S,
            )
            archive.commit([PutVersion(version, data)])


def open_elsewhere(file, folder=None):
    """Return the lease of another host, which has a file open until the lease is released."""
    return Ownership(SystemCalls(), Owner.this_process(), HOUR_S, folder).acquire(file)


def run(*arguments, **options):
    """Run the command in this process; a broken one raises what it raised."""
    result = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False, **options)
    assert "Traceback" not in result.stderr
    return result


def refusal(*arguments):
    """Return what wrong use is told, which is one line."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return one_line(result)


def one_line(result):
    assert result.stderr.startswith("notebook-actors: ")
    assert result.stderr.count("\n") == 1
    return result.stderr
