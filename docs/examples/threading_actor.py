import pykka

from actors import Autosave, Event, SaveStatus


class Publisher(pykka.ThreadingActor):
    """An actor of the host's own, on a thread of its own: it may take its time."""

    def on_receive(self, message: Event) -> None:
        if isinstance(message, SaveStatus):
            print("published", message.path.name, "at version", message.version)


publisher = Publisher.start()
try:
    with Autosave() as autosave:
        autosave.subscribe(publisher.tell)
        autosave.open("analysis.py").submit({"changes": [], "source": "code-mode"})
finally:
    publisher.stop()
