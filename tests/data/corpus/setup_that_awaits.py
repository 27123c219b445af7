# Rule: setup that awaits.

import marimo

__generated_with = "0.25.2"
app = marimo.App()

async with app.setup:
    import os
    await os


@app.function
def f(): return os.sep


@app.cell
def _():
    print(os, f)
    return


if __name__ == "__main__":
    app.run()
