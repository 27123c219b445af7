# Rule: names that are none.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    r"""
    x = 1
    """,
    name="a b"
)


app._unparsable_cell(
    r"""
    y = 2
    """,
    name="class"
)


@app.cell
def über():
    z = 3
    return


if __name__ == "__main__":
    app.run()
