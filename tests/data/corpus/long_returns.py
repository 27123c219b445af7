# Rule: long returns.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    a_result_with_a_long_name_0 = a_result_with_a_long_name_1 = a_result_with_a_long_name_2 = a_result_with_a_long_name_3 = 1
    return (
        a_result_with_a_long_name_0,
        a_result_with_a_long_name_1,
        a_result_with_a_long_name_2,
        a_result_with_a_long_name_3,
    )


@app.cell
def _(
    a_result_with_a_long_name_0,
    a_result_with_a_long_name_1,
    a_result_with_a_long_name_2,
    a_result_with_a_long_name_3,
):
    print(a_result_with_a_long_name_0, a_result_with_a_long_name_1, a_result_with_a_long_name_2, a_result_with_a_long_name_3)
    return


@app.cell
def _():
    rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr = 1
    return (
        rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr,
    )


@app.cell
def _(
    rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr,
):
    rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr
    return


if __name__ == "__main__":
    app.run()
