"""marimo's `.py` notebooks, written as marimo 0.25.2 writes them."""
