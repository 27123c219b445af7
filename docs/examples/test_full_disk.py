from actors import Autosave, Deferred, Saved, StorageError
from actors.storage import MemoryArchive
from actors.testing import MemoryStorage, SimulatedRuntime


def test_work_is_saved_when_the_disk_has_space_again() -> None:
    runtime, storage = SimulatedRuntime(seed=7), MemoryStorage()
    archive = MemoryArchive(now=runtime.clock.now)
    with Autosave(runtime=runtime, storage=storage, archive=archive) as autosave:
        notebook = autosave.open("/n/analysis.py")
        storage.fail_next(StorageError("the disk is full"), times=3)
        receipt = notebook.submit({"changes": [], "source": "code-mode"})
        runtime.run_until_idle()
        assert receipt.outcome == Deferred("the disk is full")
        later = notebook.request_flush(patient=True)
        runtime.advance(60)  # on the runtime's clock: no test waits for it
        assert isinstance(later.outcome, Saved)
        assert notebook.statistics().failures == 3
