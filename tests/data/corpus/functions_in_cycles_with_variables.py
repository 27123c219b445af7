# Rule: functions in cycles with variables.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(bad, g):
    def f(): return g() + bad

    return (f,)


@app.cell
def _(f):
    def g(): return f()

    return (g,)


@app.cell
def _():
    bad = 1
    return (bad,)


if __name__ == "__main__":
    app.run()
