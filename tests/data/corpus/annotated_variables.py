# Rule: annotated variables.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    x: int = 1
    return (x,)


@app.cell
def _(x: "dict[str, Foo]"):
    print(x)
    return


@app.cell
def _(Foo):
    x: dict[str, Foo] = {}
    return (x,)


@app.cell
def _(x: "dict[str, Foo]"):
    x
    return


if __name__ == "__main__":
    app.run()
