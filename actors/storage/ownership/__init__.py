"""One writer a file, across processes and machines."""

from actors.storage.ownership.lease import Lease, Ownership
from actors.storage.ownership.owner import Owner, process_lives

__all__ = ["Lease", "Owner", "Ownership", "process_lives"]
