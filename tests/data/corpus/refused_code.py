# Rule: refused code.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    r"""
    from os import *
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    return 5
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    x = 1
    return x
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    yield 1
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    break
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    continue
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    def f(): await g()
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    [(yield)]
    """,
    name="_"
)


if __name__ == "__main__":
    app.run()
