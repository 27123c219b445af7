"""The actor that turns a notebook into file text."""

from loguru import logger

from actors.formats import render
from actors.messages import CodegenMessage, Generated, GenerateFailed
from actors.notebook import Notebook
from actors.runtime import Actor


class CodegenActor(Actor[CodegenMessage]):
    """Stateless: any replica, asked in any order, gives the same bytes.

    Receives `Generate`. Answers each with `Generated`, or with
    `GenerateFailed` when there is no text; never crashes over a notebook.
    """

    def on_receive(self, message: CodegenMessage) -> None:
        """Make the text and send it to whoever asked."""
        answer: Generated | GenerateFailed
        try:
            answer = Generated(message.ticket, self.generate(message.notebook, message.suffix))
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker must hear of it
            logger.exception("no text could be made")
            answer = GenerateFailed(message.ticket, f"no text could be made: {error}")
        message.reply_to.tell(answer)

    def generate(self, notebook: Notebook, suffix: str) -> bytes:
        """Return the file's bytes; override to change what is written.

        Pure: the answer may depend on the arguments alone.
        """
        return render(notebook, suffix)
