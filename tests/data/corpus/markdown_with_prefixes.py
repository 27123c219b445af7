# Rule: markdown with prefixes.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(mo):
    mo.md(r"""
    raw \alpha
      indented
    """)
    return


@app.cell
def _(mo):
    mo.md(R"""
    x
    """)
    return


@app.cell
def _(mo):
    mo.md(f"""
    plain
    """)
    return


@app.cell
def _(mo):
    mo.md(f"""
    {{braces}}
    """)
    return


@app.cell
def _(mo, x):
    mo.md(f"{x}")
    return


@app.cell
def _(mo):
    mo.md(rf"""
    raw \x
    """)
    return


if __name__ == "__main__":
    app.run()
