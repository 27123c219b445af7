# Rule: comments at functions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.function
# above
def f(): 1


@app.cell
def _():
    def g():
        pass
    # below
    return


@app.function
def h():
    pass
    # inside


if __name__ == "__main__":
    app.run()
