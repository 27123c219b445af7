"""Figures as people read them."""


def duration(seconds: float) -> str:
    """Return a time with the unit that suits it, such as `4.31 ms`."""
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= unit:
            return f"{three_digits(seconds / unit)} {name}"
    return f"{seconds * 1e9:.0f} ns" if seconds else "0"


def size(number: float) -> str:
    """Return bytes with the unit that suits them, such as `1.9 KB`."""
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if abs(number) >= unit:
            return f"{three_digits(number / unit)} {name}"
    return f"{number:.0f} bytes"


def three_digits(number: float) -> str:
    """Return a number to three digits, or all of those before the point."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def latencies(percentiles: dict[str, float]) -> str:
    """Return percentiles in one line."""
    return ", ".join(f"{name} {duration(seconds)}" for name, seconds in percentiles.items())
