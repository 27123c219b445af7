# Rule: app configs.

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="A \\ B", auto_download=["html"])


@app.cell
def _():
    x = 1
    return


if __name__ == "__main__":
    app.run()
