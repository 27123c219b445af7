"""`python -m actors` is the command `notebook-actors`."""

from actors.cli import main

main()
