# Rule: decorators.

import marimo

__generated_with = "0.25.2"
app = marimo.App()

with app.setup:
    import functools


@app.function
@functools.cache
def f(): pass


@app.cell
def _(a):
    @a.b
    class C: pass

    return


if __name__ == "__main__":
    app.run()
