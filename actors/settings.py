"""What a host can set, with the defaults that fit most."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import attrs

DAY_S: Final = 86_400.0
"""Seconds."""


def _positive(settings: Any, attribute: "attrs.Attribute[Any]", value: float) -> None:
    del settings
    if not value > 0:
        raise ValueError(f"{attribute.name} must be more than 0, not {value!r}")


def _not_negative(settings: Any, attribute: "attrs.Attribute[Any]", value: float) -> None:
    del settings
    if not value >= 0:
        raise ValueError(f"{attribute.name} must be 0 or more, not {value!r}")


def _optional_path(path: Path | str | None) -> Path | None:
    return None if path is None else Path(path)


def _ages(ages_s: Iterable[float]) -> tuple[float, ...]:
    return tuple(ages_s)


def _sources(sources: Iterable[str]) -> frozenset[str]:
    return frozenset([sources] if isinstance(sources, str) else sources)


@attrs.frozen(kw_only=True)
class Settings:
    """The settings of one `Autosave`; times are in seconds."""

    persist_sources: frozenset[str] = attrs.field(
        default=frozenset({"code-mode"}), converter=_sources
    )
    """Transactions from these sources cause a save; the others are applied
    and reach the file with the next save. Opening or running a notebook
    must not rewrite it, and both send transactions (`kernel`, `frontend`)."""

    generated_with: str | None = None
    """The release to write into files as `__generated_with`. `None` keeps what
    each file says. A file in which only that would change is not written."""

    save_quiet_s: float = attrs.field(default=0.0, validator=_not_negative)
    """A notebook is saved when it was not edited for so long. 0 saves at once; edits
    that come while a save is under way share the next one all the same."""

    save_max_delay_s: float = attrs.field(default=5.0, validator=_positive)
    """Constant edits are saved at least this often, however short the pauses between
    them; of use with a `save_quiet_s` only, which it must not be less than."""

    passivate_after_s: float = attrs.field(default=60.0, validator=_positive)
    """What can be made again (a saver's actor, texts that were worked out) is let go
    when a notebook was idle for so long, or up to twice that. Nobody sees it."""

    max_open_receipts: int = attrs.field(default=10_000, validator=_positive)
    """Edits of one notebook that wait for a slow disk. Later ones are applied and saved
    all the same, but their receipts say `Deferred` at once."""

    max_mailbox: int = attrs.field(default=100_000, validator=_positive)
    """Transactions that may wait to be applied to one notebook, and ten times as many in
    the listener, for all. One more is refused. Other messages are not counted."""

    retry_min_s: float = attrs.field(default=0.1, validator=_positive)
    """Delay before a failed save is tried again for the first time."""

    retry_max_s: float = attrs.field(default=30.0, validator=_positive)
    """The longest such delay; it doubles with each failure up to here."""

    drain_timeout_s: float = attrs.field(default=10.0, validator=_not_negative)
    """How long leaving the `with` block waits for what is not saved yet."""

    state_dir: Path | None = attrs.field(default=None, converter=_optional_path)
    """Where drafts and versions are kept, in a database that only this user can read.
    `None` is the user's own: `notebook-actors` in `$XDG_STATE_HOME`, or in `~/.local/state`."""

    drafts: bool = True
    """Whether work that is in no file is kept as a draft: of unnamed notebooks, and of
    those that cannot be saved."""

    draft_after_s: float = attrs.field(default=1.0, validator=_positive)
    """What was not durable for so long becomes a draft; the most that a killed host can lose."""

    drafts_max_age_s: float = attrs.field(default=90 * DAY_S, validator=_positive)
    """Drafts that were not touched for so long are removed, with an alert."""

    drafts_max_bytes: int = attrs.field(default=2**30, validator=_positive)
    """What all drafts together may take; the oldest are removed, with an alert."""

    history: bool = True
    """Whether each durable save is kept as a version."""

    history_merge_s: float = attrs.field(default=10.0, validator=_not_negative)
    """Versions of one author in so short a time are one, the last."""

    history_max_versions: int = attrs.field(default=1_000, validator=_positive)
    """How many versions of one file are kept; the oldest go first."""

    history_max_age_s: float = attrs.field(default=90 * DAY_S, validator=_positive)
    """How long versions are kept, but for the newest of each file."""

    history_max_bytes: int = attrs.field(default=2**30, validator=_positive)
    """What all versions together may take, compressed; the oldest go first."""

    own_files: bool = True
    """Whether an open file is marked as this process's own, by a hidden file beside it, so
    that no two hosts save the same notebook."""

    lease_s: float = attrs.field(default=300.0, validator=_positive)
    """An owner on another machine that did not save for so long may be dead, and loses the file."""

    git_wait_s: float = attrs.field(default=30.0, validator=_not_negative)
    """How long a save waits for git, which is at work in the folder; then it goes on."""

    storm_window_s: float = attrs.field(default=1.0, validator=_not_negative)
    """Notebooks that begin to fail alike within so long share one alert, after the first."""

    escalate_after_s: tuple[float, ...] = attrs.field(default=(300.0, 3600.0), converter=_ages)
    """Ages of the oldest unsaved change at which a failing notebook alerts again."""

    resolve_by: str = "call notebook.resolve({choice})"
    """How people of this host end a conflict: what alerts tell them to do. A host that offers
    a way of its own says it here; `{choice}` becomes the word `"ours"`, with its quotes."""

    file_threads: int = attrs.field(default=24, validator=_positive)
    """Threads for savers, codegen, the notifier and the file work itself. The files of one folder
    take at most half of those that nobody else needs, see `docs/architecture.md`."""

    codegen_actors: int = attrs.field(default=24, validator=_positive)
    """Replicas of the codegen actor. As many as `file_threads`, and each of those
    threads has one of its own."""

    render_memo_bytes: int = attrs.field(default=128 * 2**20, validator=_positive)
    """How much of what was worked out for rendering is kept for the next time, at
    some 4 KB a cell of 10 lines; the least recently used goes first. All systems of a
    process share what is kept, and the one that was started last sets this."""

    quantum_messages: int = attrs.field(default=64, validator=_positive)
    """Messages that an actor handles before others get its thread."""

    quantum_s: float = attrs.field(default=0.005, validator=_positive)
    """Time after which it gives the thread up even if fewer were handled."""

    max_restarts: int = attrs.field(default=3, validator=_not_negative)
    """Crashes of one actor within `restart_window_s` that are restarted; one
    more puts it out of service."""

    restart_window_s: float = attrs.field(default=5.0, validator=_positive)
    """The length of that window."""

    def __attrs_post_init__(self) -> None:
        if self.retry_max_s < self.retry_min_s:
            raise ValueError(
                f"retry_max_s ({self.retry_max_s}) must not be less than "
                f"retry_min_s ({self.retry_min_s})"
            )
        if self.save_max_delay_s < self.save_quiet_s:
            raise ValueError(
                f"save_max_delay_s ({self.save_max_delay_s}) must not be less than "
                f"save_quiet_s ({self.save_quiet_s})"
            )
