import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="A tour of autosave")


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    # What becomes of your edits

    You have opened this notebook with `marimo edit`, as always. notebook-actors is installed
    beside marimo, so all that this server writes into the notebook, for you or for an agent,
    goes through one writer of its file:

    - A save puts the whole new text in place, in one step. Nobody ever sees half of it.
    - What another program changes in the file (an editor, git, a package manager) is merged, not
      overwritten.
    - What cannot be saved becomes a draft that outlives the server. You are told once, and once
      more when all is well again.

    Each part below shows one of these. **Run the notebook first**, with the yellow button at the
    lower right. Spoil it as you like: `git checkout` brings it back.
    """)
    return


@app.cell
def _():
    import subprocess
    import sys
    from pathlib import Path

    import marimo as mo

    file = Path(__file__).resolve()
    return file, mo, subprocess, sys


@app.cell(hide_code=True)
def _(file, mo):
    mo.md(f"""
    ## 1. Edit a cell

    Change the number in the next cell. A second later it is in the file:

    ```sh
    git diff "{file}"
    ```

    Keep the file open in another editor, and change another cell there. Both edits stay.
    Change the same cell in both, and you are told where each text is, and how to say who is right.
    """)
    return


@app.cell
def _():
    rows = 12
    "▮" * rows
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## 2. Let an agent edit

    Agents change cells through marimo's code mode, and nobody presses save. This is what one would
    do, in a terminal with this environment. The token is in the address that marimo has printed
    (with `--no-token` there is none):

    ```sh
    export MARIMO_TOKEN=...
    marimo pair execute --url http://localhost:2718 --code-file - <<'PY'
    import marimo._code_mode as code_mode
    import actors.integrations.marimo as autosave

    async with code_mode.get_context() as notebook:
        notebook.create_cell("'an agent was here'")
    print(await autosave.saved())
    PY
    ```

    A cell appears at the end, and the last line says that it is on the disk, and in which file.
    `marimo pair prompt --url http://localhost:2718` tells a real agent how to edit.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    ask = mo.ui.run_button(label="Is it saved?")
    mo.md(f"""
    ## 3. Ask whether it is saved

    `await autosave.saved()` waits until all that this notebook's kernel did is on the disk, and
    answers with the path and the hash of the file; or it says why it is not. It works in a cell,
    too. {ask}
    """)
    return (ask,)


@app.cell
async def _(ask, mo):
    mo.stop(not ask.value)
    import actors.integrations.marimo as autosave

    answer = await autosave.saved()
    {"path": str(answer.path), "sha256": answer.sha256}
    return


@app.cell(hide_code=True)
def _(file, mo):
    mo.md(f"""
    ## 4. Break it

    Take the folder away, in a terminal:

    ```sh
    mv "{file.parent}" "{file.parent}.away"
    ```

    Then edit a cell, or let the agent do it. You are told that the notebook could not be
    saved, that a draft has the work, and what to do. Ask again whether it is saved. Then bring the
    folder back:

    ```sh
    mv "{file.parent}.away" "{file.parent}"
    ```

    Within half a minute you are told that all is saved again; with the next edit, at once.
    """)
    return


@app.cell(hide_code=True)
def _(file, mo):
    look = mo.ui.run_button(label="Look")
    mo.md(f"""
    ## 5. Look at what is kept

    Each save is a version. What is in no file is a draft. Both are in your state folder, not
    beside the notebook, and outlive the server. {look}

    ```sh
    notebook-actors history "{file}"
    notebook-actors diff "{file}" -2 -1
    notebook-actors drafts
    ```

    With the notebook closed, `notebook-actors restore "{file}" 1` brings back how it was at first.
    """)
    return (look,)


@app.cell
def _(file, look, mo, subprocess, sys):
    mo.stop(not look.value)
    for words in (["history", str(file)], ["drafts"]):
        subprocess.run([sys.executable, "-m", "actors", *words], check=False)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    ## 6. Do without it

    ```sh
    MARIMO_SERVER_ASGI_LIFESPAN_DENYLIST=notebook-actors marimo edit examples/tour.py
    ```

    starts marimo with its own autosave. `docs/marimo.md` has the rest: what is written where, what
    each message means, and what is not promised.
    """)
    return


if __name__ == "__main__":
    app.run()
