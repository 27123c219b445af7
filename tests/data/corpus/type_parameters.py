# Rule: type parameters.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


app._unparsable_cell(
    r"""
    def f[T](x: T) -> T: return x
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    type X = int
    """,
    name="_"
)


app._unparsable_cell(
    r"""
    class C[T]: pass
    """,
    name="_"
)


if __name__ == "__main__":
    app.run()
