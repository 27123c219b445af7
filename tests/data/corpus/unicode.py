# Rule: unicode.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    naïve = ﬁ = 1
    return fi, naïve


@app.cell
def _():
    变量 = 1
    return (变量,)


@app.cell
def _(fi, naïve, 变量):
    naïve, fi, 变量
    return


if __name__ == "__main__":
    app.run()
