"""What is promised to notebooks in a directory, found out by trying."""

from actors.doctor.examination import DoctorError, examine
from actors.doctor.finding import Finding, Level, Promise
from actors.doctor.report import Report

__all__ = [
    "DoctorError",
    "Finding",
    "Level",
    "Promise",
    "Report",
    "examine",
]
