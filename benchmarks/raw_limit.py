"""What the disk alone allows: the same bytes, made durable without a notebook."""

import os
import time
from pathlib import Path


def seconds_for_each(folder: Path, data: bytes, repeats: int) -> list[float]:
    """Return how long each write, fsync, rename and folder fsync took, one after another."""
    folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return [_replace(folder, folder_fd, data) for _ in range(repeats)]
    finally:
        os.close(folder_fd)


def _replace(folder: Path, folder_fd: int, data: bytes) -> float:
    temporary, target = folder / "raw.tmp", folder / "raw.py"
    start = time.perf_counter()
    fd = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    temporary.replace(target)
    os.fsync(folder_fd)
    return time.perf_counter() - start
