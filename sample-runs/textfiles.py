"""JSON and CSV as text, the same way everywhere.

Knows: how numbers are rounded in tables.  Must not know: runs.
"""
import csv
import json


def compact(value):
    """JSON on one line."""
    return json.dumps(value, separators=(",", ":")) + "\n"


def pretty(value):
    """JSON for people."""
    return json.dumps(value, indent=2) + "\n"


def _text(name, value):
    """A number as text: times to 10 ms, the rest to 6 digits."""
    if value is None:
        return ""
    if name == "wall_time":
        return f"{value:.2f}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write_table(path, rows, columns):
    """Dicts as CSV; a key that a row lacks gives an empty cell."""
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({name: _text(name, value)
                            for name, value in row.items()})
