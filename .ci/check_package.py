"""Check a folder of built distributions as their users meet them."""

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORDING = ROOT / "tests" / "data" / "recordings" / "eda.ndjson"

LOADED_BY_MARIMO = """
from marimo._server.registry import LIFESPAN_REGISTRY as registry
assert registry.get("notebook-actors").__module__ == "actors.integrations.marimo"
"""


def check_contents(wheel: Path) -> None:
    """Fail unless a wheel holds the typed package, its metadata and nothing else."""
    names = zipfile.ZipFile(wheel).namelist()
    strays = [name for name in names if not name.startswith(("actors/", "notebook_actors-"))]
    assert not strays, f"{wheel.name} holds more than the package: {strays}"
    assert "actors/py.typed" in names, f"{wheel.name} does not say that it is typed"
    packed = {name for name in names if name.startswith("actors/")}
    source = {str(path.relative_to(ROOT)) for path in (ROOT / "actors").rglob("*.py")}
    assert source <= packed, f"{wheel.name} lacks {source - packed}"


def check_command(wheel: str, folder: Path) -> None:
    """Install a wheel alone, and replay a recording with the command that it brings."""
    programs = install(wheel, folder / "alone")
    run(programs / "notebook-actors", "--version")
    run(programs / "notebook-actors", "replay", RECORDING, "--out", folder / "notebooks")
    assert list((folder / "notebooks").glob("*.py")), "the replay left no notebook"


def check_plugin(wheel: str, folder: Path) -> None:
    """Install a wheel beside marimo, and let marimo load what its server would."""
    programs = install(f"{wheel}[marimo]", folder / "marimo")
    run(programs / "python", "-W", "error", "-c", LOADED_BY_MARIMO)


def install(wheel: str, folder: Path) -> Path:
    """Return where the programs are of a new environment that a wheel is installed in."""
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", wheel)
    return folder / "bin"


def run(*command: str | Path) -> None:
    """Run a command in an empty folder, so that it cannot find the source tree."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(command, check=True, cwd=folder)


def main() -> None:
    """Check the one wheel of the folder that the command line names."""
    (wheel,) = Path(sys.argv[1]).resolve().glob("*.whl")
    check_contents(wheel)
    with tempfile.TemporaryDirectory() as folder:
        check_command(str(wheel), Path(folder))
        check_plugin(str(wheel), Path(folder))
    print(f"{wheel.name}: as it should be")


if __name__ == "__main__":
    main()
