# Rule: markdown.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(mo):
    mo.md("""
    # hi
    """)
    return


@app.cell
def _(mo):
    mo.md("""
    a
    b
    """)
    return


@app.cell
def _(mo):
    mo.md("""
    a
    b

      c
    """)
    return


app._unparsable_cell(
    r"""
    mo.md("caf\u00e9 \N{DASH}")
    """,
    name="_"
)


@app.cell
def _(mo):
    mo.md("""
    é ☃ 漢
    """)  # ☃ é
    return


@app.cell
def _(mo):
    x = mo.md(u"x")
    return


@app.cell
def _(mo):
    mo.md("""
    x
    """)
    return


if __name__ == "__main__":
    app.run()
