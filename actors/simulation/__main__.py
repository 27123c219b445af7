"""`python -m actors.simulation`."""

import sys

from actors.simulation.command import main

if __name__ == "__main__":
    sys.exit(main())
