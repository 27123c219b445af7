"""The commands for drafts and history, and how every command prints and ends."""

from actors.commands.drafts import drafts
from actors.commands.history import diff_command, history_command, restore_command

__all__ = ["diff_command", "drafts", "history_command", "restore_command"]
