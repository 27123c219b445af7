"""Which draft, and which version, a person means."""

from collections.abc import Sequence

from actors.commands.ending import WrongUseError
from actors.storage import Archive, Draft, Version

_SHORTEST_SHA256 = 4
"""Digits by which a text may be named; fewer are taken for a number mistyped."""


def chosen_draft(archive: Archive, beginning: str) -> Draft:
    """Return the draft whose id begins so.

    Raises:
        WrongUseError: when there is none, or more than one.
    """
    drafts = archive.drafts()
    found = [draft for draft in drafts if beginning and draft.id.startswith(beginning.lower())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise WrongUseError(f"no draft {beginning!r}; `notebook-actors drafts` lists {len(drafts)}")
    ids = ", ".join(draft.id for draft in found)
    raise WrongUseError(f"several drafts begin with {beginning!r}: {ids}; give more of the id")


def chosen_version(versions: Sequence[Version], wanted: str) -> Version:
    """Return the version that has a number, is so many back, or whose SHA-256 begins so.

    Args:
        versions: Those of a file, the newest first.
        wanted: `3`, `-1` for the newest, `-2` for the one before, or `5f3a`.

    Raises:
        WrongUseError: when there is none, or more than one text begins so.
    """
    version = _by_number(versions, wanted) or _by_sha256(versions, wanted)
    if version is not None:
        return version
    numbers = [version.number for version in versions]
    there = f"{min(numbers)} to {max(numbers)}" if numbers else "none"
    raise WrongUseError(f"no version {wanted!r}; there are {there}, see `notebook-actors history`")


def _by_number(versions: Sequence[Version], wanted: str) -> Version | None:
    if wanted.startswith("-") and wanted[1:].isdecimal():
        back = int(wanted[1:])
        return versions[back - 1] if 0 < back <= len(versions) else None
    return next((version for version in versions if str(version.number) == wanted), None)


def _by_sha256(versions: Sequence[Version], wanted: str) -> Version | None:
    if len(wanted) < _SHORTEST_SHA256:
        return None
    found = [version for version in versions if version.sha256.startswith(wanted.lower())]
    if len({version.sha256 for version in found}) > 1:
        numbers = ", ".join(str(version.number) for version in found)
        raise WrongUseError(f"the texts of versions {numbers} begin with {wanted!r}; give more")
    return found[0] if found else None
