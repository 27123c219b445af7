# Rule: classes.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.class_definition
class B: pass


@app.class_definition
class A(B, metaclass=type): pass


@app.cell
def _(D):
    class C(D): pass

    return


@app.cell
def _():
    D = 1
    return (D,)


@app.class_definition
class A:
    @property
    def p(self): return 1
    @p.setter
    def p(self, v): ...


if __name__ == "__main__":
    app.run()
