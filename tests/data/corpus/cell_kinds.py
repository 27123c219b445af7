# Rule: cell kinds.

import marimo

__generated_with = "0.25.2"
app = marimo.App()

with app.setup:
    import os


@app.function
def f(): return os.sep


@app.cell
def _():
    print(os, f)
    return


@app.class_definition
class A:
    x = os


app._unparsable_cell(
    r"""
    x = (
    """,
    name="_"
)


@app.cell
def _(mo):
    mo.md("""
    text
    """)
    return


@app.cell
def _():
    return


@app.cell
async def _():
    await f()
    return


if __name__ == "__main__":
    app.run()
