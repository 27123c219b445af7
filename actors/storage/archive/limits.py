"""How much an archive keeps, and for how long."""

import attrs

from actors.settings import DAY_S, Settings


@attrs.frozen(kw_only=True)
class Limits:
    """The limits of one archive; each means what the setting of the same name does."""

    drafts_max_age_s: float = 90 * DAY_S
    drafts_max_bytes: int = 2**30
    """Of the texts as they are stored; the newest draft stays, however large it is."""

    history_merge_s: float = 10.0
    history_max_versions: int = 1_000
    history_max_age_s: float = 90 * DAY_S
    history_max_bytes: int = 2**30
    """Of the texts as they are stored, each as often as there are versions with it."""

    check_every: int = 64
    """The age and the bytes of all versions are looked at with every so many commits,
    beginning with the first. The other limits are kept in each."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return the limits that a host has set."""
        return cls(
            drafts_max_age_s=settings.drafts_max_age_s,
            drafts_max_bytes=settings.drafts_max_bytes,
            history_merge_s=settings.history_merge_s,
            history_max_versions=settings.history_max_versions,
            history_max_age_s=settings.history_max_age_s,
            history_max_bytes=settings.history_max_bytes,
        )
