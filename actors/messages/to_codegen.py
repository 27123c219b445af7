"""To codegen."""

from typing import TypeAlias

import attrs

from actors.messages.to_saver import Generated, GenerateFailed
from actors.notebook import Notebook
from actors.types import Mailbox, Undeliverable


@attrs.frozen
class Generate(Undeliverable):
    """Turn a notebook into text. Answered by `Generated` or `GenerateFailed`."""

    ticket: int
    """Chosen by the asker, to know the answer by."""

    notebook: Notebook
    suffix: str
    """File suffix that names the format, such as `.py`."""

    reply_to: Mailbox[Generated | GenerateFailed]

    def undelivered(self, reason: str) -> None:
        """Tell the asker, who would otherwise wait for ever."""
        self.reply_to.tell(GenerateFailed(self.ticket, reason))


CodegenMessage: TypeAlias = Generate
