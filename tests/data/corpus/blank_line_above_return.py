# Rule: blank line above return.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    import x

    return


@app.cell
def _():
    x = 1
    def f(): pass

    return


@app.cell
def _():
    from os import a  # b

    return


@app.cell
def _():
    import y
    # below
    return


if __name__ == "__main__":
    app.run()
