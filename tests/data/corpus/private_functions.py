# Rule: private functions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    def _f(): pass

    return


@app.cell
def _():
    class _C: pass

    return


@app.cell
def _():
    def __getattr__(name): pass

    return


if __name__ == "__main__":
    app.run()
