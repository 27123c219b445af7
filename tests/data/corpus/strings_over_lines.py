# Rule: strings over lines.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    x = """
    a

      b
   
    """
    return


@app.cell
def _():
    s = '''a
    b''' \
        'c'
    return


@app.cell
def _():
    """doc"""
    return


@app.cell
def _():
    """
    multi
       line
    """
    return


if __name__ == "__main__":
    app.run()
