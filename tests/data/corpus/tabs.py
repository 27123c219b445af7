# Rule: tabs.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(x):
    if x:
    	y = 1
    	if y:
    		z = 1
    return


@app.cell
def _():
    x = '''
    	a
    '''
    return (x,)


if __name__ == "__main__":
    app.run()
