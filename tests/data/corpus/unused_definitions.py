# Rule: unused definitions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    used = unused = 1
    return (used,)


@app.cell
def _(used):
    _private = 2
    used
    return


if __name__ == "__main__":
    app.run()
