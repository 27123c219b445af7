# Rule: async cells.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
async def _(foo):
    await foo()
    return


@app.cell
async def _(a):
    async with a as b: pass
    return


@app.cell
async def _(y):
    [x async for x in y]
    return


@app.cell
async def _(j):
    async for i in j: pass
    return


@app.cell
def _(g):
    async def f(): await g()
    x = 1
    return


app._unparsable_cell(
    r"""
    def f(): await g()
    """,
    name="_"
)


if __name__ == "__main__":
    app.run()
