# Rule: annotations of functions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(T, V):
    def f(a: int, *b: T, k: 'U' = 1) -> list[V]: pass

    return


@app.cell
def _():
    T = V = int
    return T, V


if __name__ == "__main__":
    app.run()
