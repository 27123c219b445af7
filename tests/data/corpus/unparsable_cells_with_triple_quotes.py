# Rule: unparsable cells with triple quotes.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    """
    x = \"\"\"
    """,
    name="_"
)


app._unparsable_cell(
    """
    bad \"\"\" triple \\ quote \" and \"\"
    """,
    name="_"
)


if __name__ == "__main__":
    app.run()
