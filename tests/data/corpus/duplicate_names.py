# Rule: duplicate names.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def load():
    x = 1
    return (x,)


@app.cell
def load(x):
    y = x
    return


@app.cell
def load():
    x = 2
    return (x,)


if __name__ == "__main__":
    app.run()
