# Rule: setup of comments.

import marimo

__generated_with = "0.25.2"
app = marimo.App()

with app.setup:
    # import os

    # later
    pass


@app.cell
def _(os):
    def f(): return os.sep

    return (f,)


@app.cell
def _(f, os):
    print(os, f)
    return


if __name__ == "__main__":
    app.run()
