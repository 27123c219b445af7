# Rule: markdown with quotes.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(mo):
    mo.md("""
    one "quoted"
    """)
    return


@app.cell
def _(mo):
    mo.md("""
    a "\"quoted"\" b
    """)
    return


@app.cell
def _(mo):
    mo.md("""
    it's
    """)
    return


if __name__ == "__main__":
    app.run()
