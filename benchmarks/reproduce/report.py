"""What the runs say, as figures and tables in docs/reproduce.md; every number is a run's."""

from __future__ import annotations

from pathlib import Path

from benchmarks.reproduce.claims import CLAIMS, Claim
from benchmarks.reproduce.going import Json, Run, found
from benchmarks.reproduce.pictures import Line, curves

BEGIN, END = "<!-- from the runs -->", "<!-- to here -->"
ENDS = {
    "solved": "solved",
    "updates": "not solved: no updates left",
    "not finite": "not solved: a number left the range",
    None: "not finished",
}


def known(run: Run, folder: Path) -> Json | None:
    """What is known of a run: all, or as far as it came; None where it has not begun."""
    return found(run, folder / f"{run.name}.json") or found(run, folder / f"{run.name}.part.json")


def write(folder: Path, docs: Path) -> None:
    """Write every figure into docs/reproduce/, and the tables between the marks of the page."""
    figures, page = docs / "reproduce", docs / "reproduce.md"
    figures.mkdir(exist_ok=True)
    parts, short = [], []
    for claim in CLAIMS:
        runs = {run.name: known(run, folder) for run in claim.runs}
        short.append(f"- **{claim.title}.** {verdict(claim, runs)}")
        parts.append(section(claim, runs))
        if any(runs.values()):
            (figures / f"{claim.name}.svg").write_text(picture(claim, runs))
            (figures / f"{claim.name}-norm.svg").write_text(norms(claim, runs))
    text = page.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    told = "\n".join(["## In short", "", *short, "", "## Run by run", "", *parts])
    page.write_text(f"{before}{BEGIN}\n\n{told}\n{END}{after}")


def verdict(claim: Claim, runs: dict[str, Json | None]) -> str:
    """What was seen, in words: of what is finished, and what is missing.

    A claim about one group is reproduced where all of its finished runs solved their task; one
    about two, where a larger share of the first group's did.
    """
    told, shares, missing = [], [], 0
    for name, group in claim.groups.items():
        ends = [(runs[run.name] or {}).get("ended") for run in group]
        done = [end for end in ends if end is not None]
        missing += len(ends) - len(done)
        shares.append(done.count("solved") / len(done) if done else None)
        told.append(f"{name}: {done.count('solved')} of {len(done)} finished runs solved it")
    known = [share for share in shares if share is not None]
    if len(known) < len(shares):
        return f"Not decided: {missing} of {len(runs)} runs are not finished."
    first, other = known[0], known[1] if len(known) > 1 else None
    seen = first == 1.0 if other is None else first > other
    return (
        ("Reproduced" if seen else "Not reproduced")
        + (f" so far, {missing} of {len(runs)} runs not being finished" if missing else "")
        + f". {'; '.join(told)}."
    )


def section(claim: Claim, runs: dict[str, Json | None]) -> str:
    """A claim with its table."""
    rows = [
        "| run | seed | end | updates | wrong of 10,000 fresh | processor |",
        "|---|---|---|---|---|---|",
    ]
    for name, group in claim.groups.items():
        for run in group:
            seed, kept = run.plan["seed"], runs[run.name]
            if kept is None:
                rows.append(f"| {name} | {seed} | not begun | | | |")
                continue
            wrong = kept["fresh"].get("wrong")
            asked = f"{wrong:,}" if wrong is not None and kept["ended"] else ""
            rows.append(
                f"| {name} | {seed} | {ENDS[kept['ended']]} | {kept['update']:,} | {asked} | "
                f"{kept['seconds']:,.0f} s |"
            )
    lines = [
        f"### {claim.title}",
        "",
        f"*Published.* {claim.published}",
        "",
        f"*Otherwise here.* {claim.here}",
        "",
        *rows,
        "",
    ]
    if any(runs.values()):
        lines += [
            f"![held-out loss](reproduce/{claim.name}.svg)",
            f"![largest gradient](reproduce/{claim.name}-norm.svg)",
            "",
        ]
    return "\n".join(lines)


def _lines(claim: Claim, runs: dict[str, Json | None], column: str) -> list[Line]:
    return [
        Line(n, kept["curve"]["update"], kept["curve"][column])
        for n, group in enumerate(claim.groups.values())
        for run in group
        if (kept := runs[run.name]) is not None and kept["curve"]
    ]


def picture(claim: Claim, runs: dict[str, Json | None]) -> str:
    """The held-out loss of every run, and the baseline."""
    baselines = [kept["baseline"] for kept in runs.values() if kept]
    return curves(
        claim.title,
        list(claim.groups),
        _lines(claim, runs, "held_out"),
        ("update", "held-out loss"),
        level=(baselines[0], "baseline") if baselines else None,
        log=True,
    )


def norms(claim: Claim, runs: dict[str, Json | None]) -> str:
    """The largest norm of a gradient, before clipping, between two points."""
    return curves(
        claim.title,
        list(claim.groups),
        _lines(claim, runs, "log10_most"),
        ("update", "log₁₀ of the largest ‖g‖"),
        level=(0.0, "the threshold"),
    )
