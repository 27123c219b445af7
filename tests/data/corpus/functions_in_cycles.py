# Rule: functions in cycles.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.function
def f(): return g()


@app.function
def g(): return f()


@app.cell
def _(bad):
    x = bad
    return


@app.cell
def _():
    bad = 1
    return (bad,)


if __name__ == "__main__":
    app.run()
