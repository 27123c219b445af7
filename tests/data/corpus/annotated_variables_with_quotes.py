# Rule: annotated variables with quotes.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(Literal):
    x: Literal['a', "b", 'say "hi"', 'it\'s'] = 'a'
    return (x,)


@app.cell
def _(x: "Literal[\"a\", \"b\", 'say \"hi\"', \"it's\"]"):
    x
    return


if __name__ == "__main__":
    app.run()
