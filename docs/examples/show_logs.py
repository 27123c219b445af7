import sys

from loguru import logger

from actors import Autosave

logger.remove()
logger.add(
    sys.stdout,
    level="DEBUG",
    filter=lambda record: "notebook" in record["extra"],
    format="{level} {extra[actor]} of {extra[notebook]}: {message}",
)
logger.enable("actors")  # silent without this line

with Autosave() as autosave:
    notebook = autosave.open("analysis.py")
    notebook.submit({"changes": [], "source": "code-mode"}).wait(timeout=5)
    notebook.submit(b"nonsense").wait(timeout=5)
