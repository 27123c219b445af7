"""Three-way merge by cell, for a file that changed while there are unsaved edits.

Pure: values in, values out. The unit is the cell and not the line, so that
nobody gets half of a thought: a cell's code comes from one side, whole.
"""

from actors.notebook.merge.parts import Clash
from actors.notebook.merge.threeway import Conflict, Merged, merge

__all__ = ["Clash", "Conflict", "Merged", "merge"]
