# Rule: reserved names.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    def app(): pass

    return


@app.cell
def _():
    class __generated_with: pass

    return


if __name__ == "__main__":
    app.run()
