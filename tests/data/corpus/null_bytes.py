# Rule: null bytes.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    """
    x = 1\x00
    """,
    name="_"
)


@app.cell
def _():
    y = 1
    return


if __name__ == "__main__":
    app.run()
