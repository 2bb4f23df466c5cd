"""Runs many random programs and tells how they fared, by feature.

python -m tests.laws.campaign --seeds 0:2000 --jobs 2              reverse and forward mode
python -m tests.laws.campaign --seeds 0:500 --second               second order too
python -m tests.laws.campaign --seeds 0:500 --features scalars control
python -m tests.laws.campaign --oracle --seeds 0:2000              only what the oracles say of the programs themselves
python -m tests.laws.campaign --show 17                            one program and its verdict
python -m tests.laws.campaign --shrink 17                          the smallest program which fails as it does
python -m tests.laws.campaign --list                               the features by group

What is wrong or crashes is told at once, with its seed.  A program that ends its process, or never ends, is a crash
like any other: the campaign goes on.  With many jobs set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import functools
import multiprocessing
import multiprocessing.connection
import os
import re
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .judge import FOLDER, LIMIT, Finding, TimeoutError_, Verdict, judge, time_limit
from .oracle import Rejected, expect
from .programs import GROUPS, Program, features, generate
from .shrink import shrink

COLUMNS = ("right", "refused", "wrong", "crashed")


@dataclass(frozen=True)
class Record:
    """What remains of one program: its seed, its features, its verdict."""

    seed: int
    features: frozenset[str]
    verdict: Verdict
    lines: int = 0


def run_one(seed: int, names: tuple[str, ...] | None, oracle: bool, second: bool) -> Record:
    program = generate(seed, names)
    verdict = oracle_only(program) if oracle else judge(program, second_order=second)
    return Record(seed, program.features, verdict, program.text.count("\n"))


def oracle_only(program: Program) -> Verdict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with time_limit():
                flat = not np.any(expect(program).gradient)
        except (Rejected, TimeoutError_) as error:
            return Verdict(rejected=str(error.args[0]) if error.args else "too slow")
    return Verdict({"flat" if flat else "sloped": Finding("right")})


def run_safely(seed: int, one: Callable[[int], Record]) -> Record:
    """A record whatever happens: an error in the judge itself is a crash of that program."""
    try:
        return one(seed)
    except Exception as error:
        return crashed(seed, f"in the judge: {type(error).__name__}: {error}")


def crashed(seed: int, detail: str) -> Record:
    return Record(seed, frozenset(), Verdict({"reverse": Finding("crashed", detail)}))


def run(
    seeds: Iterable[int],
    names: tuple[str, ...] | None = None,
    jobs: int = 1,
    oracle: bool = False,
    second: bool = False,
) -> Iterator[Record]:
    """The records of those seeds, as they come, from so many processes; a seed that ends its process is a crash."""
    one = functools.partial(run_one, names=names, oracle=oracle, second=second)
    rest, workers = iter(seeds), [Worker(one) for _ in range(jobs)]
    while True:
        for number, worker in enumerate(workers):
            if worker.seed is None:
                if worker.done >= LONGEST_LIFE:
                    worker.end()
                    worker = workers[number] = Worker(one)
                worker.start(next(rest, None))
        busy = [worker for worker in workers if worker.seed is not None]
        if not busy:
            break
        ready = multiprocessing.connection.wait([w.pipe for w in busy], timeout=1.0)
        for worker in busy:
            if worker.pipe in ready or time.monotonic() > worker.started + LONGEST_WAIT:
                yield worker.record(worker.pipe in ready)
    for worker in workers:
        worker.end()


LONGEST_LIFE = 200  # programs judged by one process, whose memory grows with them
LONGEST_WAIT = 8 * LIMIT  # seconds, after which a process that does not heed the judge's own limit is ended


class Worker:
    """A process that judges one program after another."""

    def __init__(self, one: Callable[[int], Record]) -> None:
        self.one = one
        self.seed: int | None = None
        self.begin()

    def begin(self) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, self.one), daemon=True)
        self.process.start()
        theirs.close()
        self.done = 0

    def start(self, seed: int | None) -> None:
        self.seed, self.started = seed, time.monotonic()
        if seed is not None:
            self.pipe.send(seed)

    def record(self, answered: bool) -> Record:
        """What came back for the seed at hand; after a crash of the process, a new one takes its place."""
        seed, self.seed = self.seed, None
        try:
            if answered:
                self.done += 1
                return self.pipe.recv()
            detail = f"no answer in {LONGEST_WAIT:.0f} s, not even to the judge"
        except EOFError:
            self.process.join()
            detail = f"the process ended (exit code {self.process.exitcode})"
        self.end()
        self.begin()
        return crashed(seed, detail)

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


def work(pipe: multiprocessing.connection.Connection, one: Callable[[int], Record]) -> None:
    """Judge the programs of the seeds that come through the pipe, until it is closed."""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            pipe.send(run_safely(pipe.recv(), one))


def told(records: Iterable[Record]) -> Iterator[Record]:
    """The records, and a line at once for each that is wrong or crashed."""
    for record in records:
        if record.verdict.failure:
            mode, finding = record.verdict.failure
            print(f"seed {record.seed}: {mode} {finding.outcome}: {finding.detail.splitlines()[:1]}", flush=True)
        yield record


# ---- reports


def table(records: list[Record], mode: str, rows: int) -> str:
    """For the features that fared worst in that mode: how many programs have them, and how these fared."""
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for record in records:
        if mode in record.verdict.modes:
            for name in ("ALL", *record.features):
                counts[name][record.verdict.modes[mode].outcome] += 1
    share = {name: c["right"] / c.total() for name, c in counts.items()}
    lines = [f"{mode:<28}{'programs':>9}" + "".join(f"{c:>9}" for c in COLUMNS) + f"{'right %':>9}"]
    for name in sorted(counts, key=lambda n: (n != "ALL", share[n]))[: rows + 1]:
        c = counts[name]
        lines.append(
            f"  {name:<26}{c.total():>9}" + "".join(f"{c[k] or '':>9}" for k in COLUMNS) + f"{100 * share[name]:>9.1f}"
        )
    return "\n".join(lines)


def alike(detail: str) -> str:
    """The first line of a detail with what differs from program to program taken out."""
    line = next((s for s in detail.splitlines() if s.strip()), "")
    line = re.sub(r"(?<![\w.])/\S+/", "", line)
    return re.sub(r"program_\d+_\d+|\d+(\.\d+)?(e-?\d+)?", "N", line)[:150]


def failures(records: list[Record], outcomes: tuple[str, ...], most: int = 25) -> str:
    """The distinct failures, the commonest first, each with the seed of its smallest program."""
    groups: dict[tuple, list[Record]] = collections.defaultdict(list)
    for record in records:
        for mode, finding in record.verdict.modes.items():
            if finding.outcome in outcomes:
                detail = finding.detail.split(":")[0] if finding.outcome == "wrong" else alike(finding.detail)
                groups[finding.outcome, mode, detail].append(record)
    lines = []
    for (outcome, mode, detail), found in sorted(groups.items(), key=lambda kv: -len(kv[1]))[:most]:
        seeds = [r.seed for r in sorted(found, key=lambda r: r.lines)[:4]]
        lines.append(f"{len(found):>5}  {outcome:<8} {mode:<8} {detail}    seeds {seeds}")
    return "\n".join(lines)


def suspects(records: list[Record], most: int = 12) -> str:
    """The features whose programs fail more often than the others do."""
    bad = [r for r in records if r.verdict.failure]
    if not bad:
        return ""
    everywhere, among = (collections.Counter(f for r in rs for f in r.features) for rs in (records, bad))
    lift = {f: (n / len(bad)) / (everywhere[f] / len(records)) for f, n in among.items() if n >= 2}
    rows = sorted(lift, key=lambda f: -lift[f] * min(among[f], 20))[:most]
    return "suspects: " + ", ".join(f"{f} ({among[f]}/{everywhere[f]})" for f in rows)


def report(records: list[Record], seconds: float, rows: int = 30) -> str:
    """The whole report as text."""
    judged = [r for r in records if not r.verdict.rejected]
    reasons = collections.Counter(r.verdict.rejected for r in records if r.verdict.rejected)
    head = f"{pace(records, seconds)}; rejected by the oracles: {len(records) - len(judged)} {dict(reasons)}"
    modes = [m for m in ("reverse", "forward", "second") if any(m in r.verdict.modes for r in judged)]
    parts = [head, *(table(judged, m, rows) for m in modes)]
    parts += ["refusals, commonest first", failures(judged, ("refused",))]
    parts += ["wrong and crashed, commonest first", failures(judged, ("wrong", "crashed")), suspects(judged)]
    return "\n\n".join([*parts, "\n".join(totals(judged, m) for m in modes)])


def totals(records: list[Record], mode: str) -> str:
    counts = collections.Counter(r.verdict.modes[mode].outcome for r in records if mode in r.verdict.modes)
    return f"{mode}: " + ", ".join(f"{counts[c]} {c}" for c in COLUMNS)


def pace(records: list[Record], seconds: float) -> str:
    return f"{len(records)} programs in {seconds:.0f} s ({len(records) / max(seconds, 1e-9):.0f} a second)"


def oracle_report(records: list[Record], seconds: float) -> str:
    """How many programs the oracles accept, and how often each feature is there."""
    judged = [r for r in records if not r.verdict.rejected]
    reasons = collections.Counter(r.verdict.rejected for r in records if r.verdict.rejected)
    seen = collections.Counter(f for r in records for f in r.features)
    lines, number = sum(r.lines for r in records) / len(records), sum(len(r.features) for r in records) / len(records)
    flat = sum("flat" in r.verdict.modes for r in judged)
    share = {name: f"{name} {100 * seen[name] / len(records):.1f}" for name in features()}
    rows = [f"{group:<12} " + ", ".join(share[n] for n in features(group=group)) for group in GROUPS]
    head = [
        f"{pace(records, seconds)}, {lines:.0f} lines and {number:.0f} features in the mean",
        f"accepted {100 * len(judged) / len(records):.1f} %, {flat} with a zero gradient; rejected: {dict(reasons)}",
        "the share of programs with each feature, in percent:",
    ]
    return "\n".join([*head, *rows])


def show(seed: int, names: tuple[str, ...] | None, second: bool) -> None:
    program = generate(seed, names)
    print(program.text)
    print("argnums", program.argnums, "features", *sorted(program.features))
    try:
        verdict = judge(program, second_order=second)
    except Exception:
        traceback.print_exc()
        return
    print(verdict.rejected or "\n".join(f"{mode}: {f.outcome} {f.detail}" for mode, f in verdict.modes.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:500")
    parser.add_argument("--features", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--second", action="store_true")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--rows", type=int, default=30, help="of the table by feature")
    parser.add_argument("--show", type=int)
    parser.add_argument("--shrink", type=int)
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    names = tuple(args.features) if args.features else None
    os.environ.setdefault("AD_CACHE_DIR", os.path.join(FOLDER.name, "texts"))  # the texts of many thousand programs
    if args.list:
        print("\n".join(f"{group:<12} {' '.join(features(group=group))}" for group in GROUPS))
    elif args.show is not None:
        show(args.show, names, args.second)
    elif args.shrink is not None:
        small = shrink(generate(args.shrink, names), second_order=args.second)
        print(
            small.text,
            *(f"{m}: {f.outcome} {f.detail}" for m, f in judge(small, second_order=args.second).modes.items()),
            sep="\n",
        )
    else:
        start = time.monotonic()
        low, high = map(int, args.seeds.split(":"))
        records = list(told(run(range(low, high), names, args.jobs, args.oracle, args.second)))
        seconds = time.monotonic() - start
        print(oracle_report(records, seconds) if args.oracle else report(records, seconds, args.rows))


if __name__ == "__main__":
    main()
