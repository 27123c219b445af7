"""An agent in a real marimo server, with the plug-in and without it."""
