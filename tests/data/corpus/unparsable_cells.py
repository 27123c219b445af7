# Rule: unparsable cells.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    r"""
    this is no python
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    if x:
      y = 1
     z = 2

   
    end
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    !ls
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    %time x
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    x?
    """,
    name="_"
)


if __name__ == "__main__":
    app.run()
