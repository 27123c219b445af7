"""Text that a terminal and a log can carry, whatever a directory is called."""


def printable(text: str) -> str:
    """Return a text in which line ends, controls and broken characters are escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
