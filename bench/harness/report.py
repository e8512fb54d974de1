"""The results as a table on stdout, and as Markdown and JSON in files."""
import json

from . import machine
from .bench import number


def write(bench, folder):
    folder.mkdir(parents=True, exist_ok=True)
    table = markdown(bench)
    (folder / "results.md").write_text(f"{machine.describe()}\n\n{table}\n")
    rows = [{"name": r.name, "unit": r.unit, "values": r.values} for r in bench.rows]
    (folder / "results.json").write_text(json.dumps({"machine": machine.describe(), "rows": rows}, indent=1) + "\n")
    print(f"\n{table}\n\nWritten to {folder}/results.md and results.json")


def markdown(bench):
    peers = [name for name in bench.names if name != "sluice"]
    head = ["", "unit", *bench.names, *(f"ratio to {peer}" for peer in peers)]
    lines = [head, ["---"] * 2 + ["--:"] * (len(head) - 2)]
    for row in bench.rows:
        cells = [row.name, row.unit, *(number(row.median(name)) for name in bench.names)]
        cells += [f"{ratio:.2f}" if (ratio := row.ratio("sluice", peer)) is not None else "" for peer in peers]
        lines.append(cells)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
