# Rule: functions that need variables.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(g):
    def f(): return g()

    return


@app.cell
def _(h):
    def g(): return h()

    return (g,)


@app.cell
def _(bad):
    def h(): return bad

    return (h,)


@app.cell
def _():
    bad = 1
    return (bad,)


if __name__ == "__main__":
    app.run()
