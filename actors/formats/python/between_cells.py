"""What people write between the cells of a `.py` file, kept where it stands.

marimo drops it at the first save: comments between cells or behind a `return`,
statements at the margin, a run guard of one's own. Here every such text hangs on
the construct that it stands at, goes where that goes, and comes to stand above
the run guard when that is deleted.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import attrs

from actors.formats.python.layout import INDENT
from actors.formats.python.quiet import parse, quieted
from actors.notebook import Extra

IMPORT, VERSION, APP, RUN = "<import>", "<version>", "<app>", "<run>"
"""What stands in every file besides its cells; a cell is meant by its id."""

RUN_GUARD = f'if __name__ == "__main__":\n{INDENT}app.run()'

_KEY = "py"
_RUN_GUARD_TREE = ast.dump(ast.parse(RUN_GUARD))
_BEHIND = re.compile(r"[^\n]*(?:\n[ \t]+\S[^\n]*)*")


@attrs.frozen
class Construct:
    """A part of a file that has a meaning for the notebook, and where it is."""

    anchor: str
    start: int
    end: int


@attrs.frozen
class Between:
    """The text at each construct that is not blank."""

    above: Mapping[str, str] = attrs.field(factory=dict)
    """All from the construct above, line ends included."""

    behind: Mapping[str, str] = attrs.field(factory=dict)
    """On its last line and, indented, right below: a cell's last comments."""

    run_guard: str = RUN_GUARD

    @classmethod
    def read(cls, text: str, constructs: Iterable[Construct]) -> "Between":
        """Return what is between these constructs; `RUN` is the last, empty if there is none."""
        above, behind = {}, {}
        constructs = list(constructs)
        for construct, below in pairwise(constructs):
            behind[construct.anchor], above[below.anchor] = split(text[construct.end : below.start])
        run = constructs[-1]
        run_guard = text[run.start : run.end]
        is_own = run_guard not in {"", RUN_GUARD} and not _is_usual(run_guard)
        return cls(
            {anchor: gap for anchor, gap in above.items() if gap},
            {anchor: gap for anchor, gap in behind.items() if gap},
            run_guard if is_own else RUN_GUARD,
        )

    @classmethod
    def of(cls, extra: Extra) -> "Between":
        """Return what `as_extra` has put there."""
        return next((value for key, value in extra if key == _KEY), _NOTHING)

    def as_extra(self) -> Extra:
        """Return this as `Notebook.extra` has it."""
        return () if self == _NOTHING else ((_KEY, self),)

    def joined(self, constructs: Iterable[tuple[str, str, str]]) -> Iterator[str]:
        """Yield the file.

        Args:
            constructs: anchor, the usual space above, and text of each; `RUN` is the last.
        """
        written: set[str] = set()
        for anchor, space, text in constructs:
            if anchor == RUN and (homeless := self._homeless(written)):
                yield from homeless
                space = "\n\n\n"  # noqa: PLW2901 - more of it where there are no cells
            yield self.above.get(anchor, space)
            yield text
            if behind := self.behind.get(anchor):
                yield behind
            written.add(anchor)

    def _homeless(self, written: set[str]) -> list[str]:
        """Return the texts of what is not there any more."""
        lost = [anchor for anchor in {**self.above, **self.behind} if anchor not in written]
        texts = [
            by.get(anchor) for anchor in lost if anchor != RUN for by in (self.above, self.behind)
        ]
        return [f"\n\n\n{text.strip()}" for text in texts if text is not None]


_NOTHING = Between()


def split(gap: str) -> tuple[str, str]:
    """Divide the text between two constructs: what belongs to the first, and to the second."""
    found = _BEHIND.match(gap)
    assert found is not None  # it matches nothing, too
    behind, above = gap[: found.end()], gap[found.end() :]
    if behind.lstrip().startswith((";", ",")):  # `import marimo, os; print()`
        word = "import " if behind.lstrip().startswith(",") else ""
        behind = behind.lstrip(",; \t")
        behind = behind and f"\n{word}{behind}"
    if not above.endswith("\n"):  # the same, above a construct that may become another
        above = above.rstrip("; \t") + "\n"
    return behind if behind.strip() else "", above if above.strip() else ""


def _is_usual(run_guard: str) -> bool:
    """Whether marimo's own says the same, be it in other quotes."""
    return "#" not in run_guard and ast.dump(parse(quieted(run_guard))) == _RUN_GUARD_TREE
