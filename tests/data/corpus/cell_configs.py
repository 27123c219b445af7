# Rule: cell configs.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell(hide_code=True)
def _():
    x = 0
    return


@app.cell(column=0)
def _():
    x = 1
    return


@app.cell(column=1, disabled=True, hide_code=True, expand_output=True)
def _():
    x = 2
    return


if __name__ == "__main__":
    app.run()
