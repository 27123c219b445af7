# Rule: long signatures.

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _(
    a_parameter_of_a_long_name_0,
    a_parameter_of_a_long_name_1,
    a_parameter_of_a_long_name_2,
    a_parameter_of_a_long_name_3,
):
    print(a_parameter_of_a_long_name_0, a_parameter_of_a_long_name_1, a_parameter_of_a_long_name_2, a_parameter_of_a_long_name_3)
    return


@app.cell
def _(
    pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp,
):
    print(pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp)
    return


if __name__ == "__main__":
    app.run()
