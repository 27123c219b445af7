# Rule: form feeds.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    x = 1

    y = 2
    return


@app.cell
def _():
    x = 1
    def g(): pass

    return


if __name__ == "__main__":
    app.run()
