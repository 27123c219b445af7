"""Check that a folder of built pages loads nothing from another host.

A reader may have no network, and nobody else is to learn who reads what.
Links that a reader clicks may lead anywhere.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

REMOTE = re.compile(r"\s*(https?:)?//")
# The theme fetches the diagram renderer from another host when it sees this class.
FETCHING_CLASS = "mermaid"
LOADING_RELATIONS = {"stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "icon"}


class Page(HTMLParser):
    """Collects what a browser would load from elsewhere while it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = {name: value or "" for name, value in attrs}
        address = values.get("src") or values.get("srcset") or values.get("data")
        if tag in {"image", "use"}:  # parts of an inline SVG
            address = values.get("href") or values.get("xlink:href")
        if tag == "link" and LOADING_RELATIONS & set(values.get("rel", "").split()):
            address = values.get("href")
        if address and REMOTE.match(address):
            self.loads.append(f"<{tag}> {address}")
        if FETCHING_CLASS in values.get("class", "").split():
            self.loads.append(f"<{tag}> of class {FETCHING_CLASS}; use an inline SVG")


def loads_of(path: Path) -> list[str]:
    """Return what a page or a style sheet loads from other hosts."""
    text = path.read_text()
    page = Page()
    if path.suffix == ".html":
        page.feed(text)
    return page.loads + re.findall(r"(?:@import\s+|url\()\s*[\"']?(?:https?:)?//[^\"')\s]+", text)


def main() -> None:
    """Check all pages of the folder that the command line names."""
    site = Path(sys.argv[1])
    paths = [path for path in sorted(site.rglob("*")) if path.suffix in {".css", ".html", ".svg"}]
    assert any(path.name == "index.html" for path in paths), f"{site} has no pages"
    found = [f"{path.relative_to(site)}: {load}" for path in paths for load in loads_of(path)]
    if found:
        sys.exit("pages that load from other hosts:\n" + "\n".join(found))
    print(f"{len(paths)} pages and style sheets: none loads anything from another host")


if __name__ == "__main__":
    main()
