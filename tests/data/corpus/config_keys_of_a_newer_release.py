# Rule: config keys of a newer release.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell(hide_code=True, later="x")
def _():
    x = 0
    return


if __name__ == "__main__":
    app.run()
