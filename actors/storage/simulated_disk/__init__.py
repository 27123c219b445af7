"""A disk in memory on which `LocalStorage` runs: crashes, faults, other programs."""

from actors.storage.simulated_disk.choices import Choice, every_choice
from actors.storage.simulated_disk.disk import SimulatedDisk
from actors.storage.simulated_disk.faults import Before, Call, Fault, Killed, RandomFaults
from actors.storage.simulated_disk.process import Process

__all__ = [
    "Before",
    "Call",
    "Choice",
    "Fault",
    "Killed",
    "Process",
    "RandomFaults",
    "SimulatedDisk",
    "every_choice",
]
