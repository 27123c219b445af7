"""Crash-safe autosave for notebooks that agents edit."""

__version__ = "0.1.0"
