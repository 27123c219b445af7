# Rule: markdown with comments.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(mo):
    # above
    mo.md("""
    x
    """)  # behind
    # below
    return


@app.cell
def _(mo):
    mo.md("""
    x
    """)
    return


if __name__ == "__main__":
    app.run()
