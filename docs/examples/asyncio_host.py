import asyncio

from actors import Alert, Autosave, Cell, Event, Saved, SetCode, Transaction
from actors.types import CellId

CELL = CellId("a")


def on_event(event: Event) -> None:  # runs in the loop, beside the host's own code
    if isinstance(event, Alert):
        print("to the browser:", event.to_wire())


async def main() -> None:
    async with Autosave() as autosave:
        autosave.subscribe(on_event, loop=asyncio.get_running_loop())
        notebook = autosave.open("analysis.py", cells=[Cell(CELL, "")])
        edits = [SetCode(CELL, f"x = {number}") for number in range(100)]
        receipts = [notebook.submit(Transaction([edit], "code-mode")) for edit in edits]
        outcomes = [await receipt for receipt in receipts]
    durable = [outcome for outcome in outcomes if isinstance(outcome, Saved)]
    print(len(edits), "edits,", len(durable), "durable")


asyncio.run(main())
