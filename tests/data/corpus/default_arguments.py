# Rule: default arguments.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    def f(x=g()): return x

    return


@app.function
def g(): return 1


if __name__ == "__main__":
    app.run()
