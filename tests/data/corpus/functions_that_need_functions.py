# Rule: functions that need functions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.function
def f(): return g()


@app.function
def g(): return h()


@app.function
def h(): return len([])


if __name__ == "__main__":
    app.run()
