# Rule: setup that is unparsable.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    r"""
    import (
    """,
    name="setup"
)


@app.cell
def _(os):
    def f(): return os.sep

    return (f,)


@app.cell
def _(f, os):
    print(os, f)
    return


if __name__ == "__main__":
    app.run()
