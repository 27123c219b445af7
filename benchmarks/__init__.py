"""How fast edits become durable, against marimo's own autosave in the same run."""
