# Rule: configs of unparsable cells.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    r"""
    x = (0
    """,
    column=None, disabled=True, hide_code=False, expand_output=False, name="_"
)


if __name__ == "__main__":
    app.run()
