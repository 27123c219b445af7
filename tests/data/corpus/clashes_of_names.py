# Rule: clashes of names.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.function
def f(): pass


@app.cell
def _():
    f = 1
    return (f,)


@app.cell
def _():
    f
    return


if __name__ == "__main__":
    app.run()
