# Rule: setup that hides its code.

import marimo

__generated_with = "0.25.2"
app = marimo.App()

with app.setup(hide_code=True):
    import os


@app.function
def f(): return os.sep


@app.cell
def _():
    print(os, f)
    return


if __name__ == "__main__":
    app.run()
