# Rule: returns of about a line.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa26, bbbbbbbbbbbbbbbbbbbbbbbbbb26 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa27, bbbbbbbbbbbbbbbbbbbbbbbbbbb27 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa28, bbbbbbbbbbbbbbbbbbbbbbbbbbbb28 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa29, bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa30, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa31, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa32, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa33, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa34, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34 = c
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa35, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35 = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa26,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa27,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa28,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa29,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa30,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa31,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa32,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa33,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa34,
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa35,
        bbbbbbbbbbbbbbbbbbbbbbbbbb26,
        bbbbbbbbbbbbbbbbbbbbbbbbbbb27,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbb28,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35,
    )


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa26, bbbbbbbbbbbbbbbbbbbbbbbbbb26):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa26, bbbbbbbbbbbbbbbbbbbbbbbbbb26)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa27, bbbbbbbbbbbbbbbbbbbbbbbbbbb27):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa27, bbbbbbbbbbbbbbbbbbbbbbbbbbb27)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa28, bbbbbbbbbbbbbbbbbbbbbbbbbbbb28):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa28, bbbbbbbbbbbbbbbbbbbbbbbbbbbb28)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa29, bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa29, bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa30, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa30, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa31,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31,
):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa31, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa32,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32,
):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa32, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa33,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33,
):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa33, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa34,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34,
):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa34, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa35,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35,
):
    print(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa35, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35)
    return


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbb26, = c
    return aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbb26


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbb27, = c
    return aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbb27


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb28, = c
    return aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb28


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29, = c
    return aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30, = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30,
    )


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31, = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31,
    )


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32, = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32,
    )


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33, = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33,
    )


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34, = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34,
    )


@app.cell
def _(c):
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35, = c
    return (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35,
    )


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbb26):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbb26, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbb27):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbb27, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb28):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbb28, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbb29, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb30, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb31, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb32, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33,
):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb33, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34,
):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb34, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


@app.cell
def _(
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35,
):
    print(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb35, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
    return


if __name__ == "__main__":
    app.run()
