# Rule: Windows line ends.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    x = '''a
    b'''
    return


@app.function
def f():
    return 1


if __name__ == "__main__":
    app.run()
