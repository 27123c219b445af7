"""The pictures of the docs are taken of a real page.

PICTURES=docs/images tox -e browser -- -k pictures --basetemp /tmp/team
"""

import os
from pathlib import Path

import pytest

from tests.plugin.failing_disks import full, small_disk

FOLDER = Path(os.environ.get("PICTURES", ""))

NOTEBOOK = """import marimo

app = marimo.App()


@app.cell
def _():
    prices = {"tea": 3.5, "coffee": 4.25, "cake": 5.0}
    return (prices,)


@app.cell
def _(prices):
    max(prices, key=prices.get)
    return


if __name__ == "__main__":
    app.run()
"""

RUN_ALL = "[ctx.run_cell(cell.id) for cell in ctx.cells]"
ADD_AND_RUN = """
added = ctx.create_cell("sum(prices.values()) / len(prices)", hide_code=False)
ctx.run_cell(added)
"""


def take(page, name):
    # Not by Playwright's own `path`: that starts a thread which outlives the test.
    (FOLDER / name).write_bytes(page.page.screenshot(animations="disabled"))


@pytest.mark.skipif("PICTURES" not in os.environ, reason="PICTURES names no folder for them")
def test_pictures_of_trouble_and_of_recovery(open_page, server):
    project = server.folder / "shop"
    with small_disk(project):
        path = project / "prices.py"
        path.write_text(NOTEBOOK, "utf-8")
        page = open_page(path)
        page.agent.edit(RUN_ALL)
        with full(project):
            page.agent.edit(ADD_AND_RUN)
            page.shows_toast("prices.py could not be saved")
            take(page, "marimo-toast.png")
        page.shows_toast("prices.py is saved again")
        page.save()  # a page whose own save has failed does not try again by itself
        page.is_marked_saved()
        take(page, "marimo-safe-again.png")
