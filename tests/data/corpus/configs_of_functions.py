# Rule: configs of functions.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.function(hide_code=True)
def f0(): pass


if __name__ == "__main__":
    app.run()
