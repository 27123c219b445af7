# Rule: shadowed builtins.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    list = [1]
    return (list,)


@app.function
def print(x): pass


@app.cell
def _(list):
    list(print(len))
    return


if __name__ == "__main__":
    app.run()
