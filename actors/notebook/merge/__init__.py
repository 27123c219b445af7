"""Three-way merge by cell, for a file that changed while there are unsaved edits.

Pure: values in, values out. The unit is the cell and not the line, so that
nobody gets half of a thought: a cell's code comes from one side, whole.
"""

from actors.notebook.merge.both import with_both
from actors.notebook.merge.identity import recognised
from actors.notebook.merge.parts import Clash, title_of
from actors.notebook.merge.telling import transaction_between
from actors.notebook.merge.threeway import Conflict, Merged, merge, rebased

__all__ = [
    "Clash",
    "Conflict",
    "Merged",
    "merge",
    "rebased",
    "recognised",
    "title_of",
    "transaction_between",
    "with_both",
]
