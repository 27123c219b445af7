"""What of a notebook stands in the front matter of its markdown file."""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from actors.formats.markdown.front_matter import (
    NO_FRONT_MATTER,
    FrontMatter,
    Value,
    loaded,
)
from actors.formats.markdown.yaml import dumped
from actors.formats.python.writing import GENERATED_WITH
from actors.notebook import Notebook

FRONT_MATTER = "front_matter"
"""The key in `Notebook.extra` under which the text between the `---` lines is."""

_VERSION = "marimo-version"
_TITLE = "title"
_TITLE_WITHOUT_NAME = "Notebook"
"""What marimo makes of `notebook.md`, the name of a file that has none yet."""

_TEXTS: Mapping[str, str] = {
    "width": "compact",
    "layout_file": "",
    "css_file": "",
    "html_head_file": "",
    "sql_output": "auto",
}
"""Options of the app with their defaults, but for the title."""

_LISTS = ("auto_download",)
"""marimo writes this and does not read it back."""

_ORDER = ("width", "app_title", "layout_file", "css_file", "html_head_file", *_LISTS, "sql_output")
_SUFFIXES = re.compile(r"(?<=.)(?:\.myst\.md|\.markdown|\.qmd|\.mdx|\.md|\.py|\.[^.]*)$")


def titled(notebook: Notebook, file_name: str) -> Notebook:
    """Return a notebook with the title that marimo takes from the name of a new file.

    One that has a title keeps it. `my-report.md` is `My Report`.
    """
    if dict(notebook.app_config).get("app_title") or _front_matter(notebook).get(_TITLE):
        return notebook
    name = _SUFFIXES.sub("", file_name.replace("\\", "/").rpartition("/")[2])
    title = re.sub(r"[-_]", " ", name).title()
    return attrs.evolve(notebook, app_config=(*notebook.app_config, ("app_title", title)))


# -- reading -----------------------------------------------------------------------


def fields_of(front_matter: FrontMatter) -> dict[str, Any]:
    """Return the fields of the `Notebook` that a front matter says something of."""
    return {
        "app_config": _app_config(front_matter),
        "generated_with": front_matter.scalar(_VERSION),
        "header": _header(front_matter),
        "extra": ((FRONT_MATTER, front_matter.text),) if front_matter.text else (),
    }


def _app_config(front_matter: FrontMatter) -> dict[str, Value]:
    found = {}
    for option in _ORDER:
        value = front_matter.get(_TITLE if option == "app_title" else option)
        if value is not None and isinstance(value, list) == (option in _LISTS):
            found[option] = value
    return found


def _header(front_matter: FrontMatter) -> str:
    """Return what stands above the code in a Python file of the same notebook."""
    header, project = front_matter.get("header"), front_matter.get("pyproject")
    text = header.strip() if isinstance(header, str) else ""
    if not isinstance(project, str) or not project.strip() or "# /// script" in text:
        return text
    lines = "\n".join(f"# {line}" for line in project.rstrip().split("\n"))
    return f"# /// script\n{lines}\n# ///\n{text}".strip()


# -- writing -----------------------------------------------------------------------


def front_matter_of(notebook: Notebook) -> str:
    """Return what stands between the `---` lines; what has not changed is as it was."""
    front_matter = _front_matter(notebook)
    version = GENERATED_WITH if notebook.generated_with is None else notebook.generated_with
    front_matter = _with_title(front_matter, notebook)
    if front_matter.scalar(_VERSION) != version:
        front_matter = front_matter.with_value(_VERSION, version)
    return _with_header(_with_options(front_matter, notebook), notebook).text


def _front_matter(notebook: Notebook) -> FrontMatter:
    """Return what the file had, or what a host of marimo's took it for: a header."""
    text = dict(notebook.extra).get(FRONT_MATTER)
    if isinstance(text, str):
        return FrontMatter.of(text) or NO_FRONT_MATTER
    fields = loaded(notebook.header)
    return (fields and FrontMatter.of(dumped(fields))) or NO_FRONT_MATTER


def _with_title(front_matter: FrontMatter, notebook: Notebook) -> FrontMatter:
    title = dict(notebook.app_config).get("app_title")
    if title:
        is_same = front_matter.get(_TITLE) == title
        return front_matter if is_same else front_matter.with_value(_TITLE, title)
    if _TITLE in front_matter:  # a number, or what somebody else put there
        return front_matter
    return front_matter.with_value(_TITLE, _TITLE_WITHOUT_NAME)


def _with_options(front_matter: FrontMatter, notebook: Notebook) -> FrontMatter:
    given = dict(notebook.app_config)
    given.pop("app_title", None)
    there = _app_config(front_matter)
    for option in [option for option in _ORDER if option in there and option not in given]:
        if option != "app_title" and there[option] != _TEXTS.get(option):
            front_matter = front_matter.without(option)
    for option, value in given.items():
        if _is_said(front_matter, option, value):
            continue
        if value == _TEXTS.get(option) or value in (None, "", []):
            front_matter = front_matter.without(option) if option in there else front_matter
        else:
            front_matter = front_matter.with_value(option, value)
    return front_matter


def _is_said(front_matter: FrontMatter, option: str, value: object) -> bool:
    said = front_matter.get(option)
    return said == (list(value) if isinstance(value, tuple) else value) and said is not None


def _with_header(front_matter: FrontMatter, notebook: Notebook) -> FrontMatter:
    header = notebook.header.strip()
    if header == _header(front_matter) or loaded(header):
        return front_matter
    front_matter = front_matter.without("pyproject")
    return front_matter.with_value("header", header) if header else front_matter.without("header")
