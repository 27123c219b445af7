# Rule: clashes of functions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def f(q):
    def f(): return q

    return


@app.cell
def _(q):
    def f(): return q

    return


@app.cell
def _():
    q = 1
    return (q,)


if __name__ == "__main__":
    app.run()
