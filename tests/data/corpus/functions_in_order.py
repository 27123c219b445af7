# Rule: functions in order.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.function
def g(): return 1


@app.function
def f(x=g()): return x


@app.class_definition
class A:
    c = g()


@app.function
def g(): return len([])


if __name__ == "__main__":
    app.run()
