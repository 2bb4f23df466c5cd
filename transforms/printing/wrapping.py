"""Lines that are too long, broken inside brackets: what binds least is broken first.

    y = np.sum(a * b) + c         y = (
                                      np.sum(a * b)
                                      + c
                                  )

That is, if 120 columns do not hold it.
"""

from __future__ import annotations

from itertools import pairwise

import astunparse

WIDTH = 120

# What a long line may be broken at inside brackets: behind a comma, before anything else, what binds least first.
SEPARATORS = [
    {", "},
    {" for ", " async for ", " if ", " else "},
    {" or "},
    {" and "},
    {f" {operator} " for operator in astunparse.Unparser.cmpops.values()},
    {" | "},
    {" ^ "},
    {" & "},
    {" << ", " >> "},
    {" + ", " - "},
    {" * ", " / ", " // ", " % ", " @ "},
]
ASSIGNMENTS = {" = "} | {f" {operator}= " for operator in astunparse.Unparser.binop.values()}

OPENING, CLOSING = {"(", "[", "{"}, {")", "]", "}"}


def wrapped(pieces: list[str]) -> str:
    """The line, broken inside brackets where it is too long; a value that has none of its own is given a pair."""
    text = "".join(pieces)
    if len(text) <= WIDTH or "\n" in text:
        return text
    indent, *pieces = pieces
    start = 2 if pieces[0] == "return" else max((n + 1 for n, p in enumerate(pieces) if p in ASSIGNMENTS), default=0)
    if start and _widest_brackets(pieces)[1] != len(pieces) - 1:
        pieces = [*pieces[:start], "(", *pieces[start:], ")"]
    return "\n".join(_broken(pieces, indent))


def _broken(pieces: list[str], indent: str, inside: bool = False) -> list[str]:
    line = indent + "".join(pieces).strip()
    if len(line) <= WIDTH:
        return [line]
    chunks = _chunks(pieces) if inside else [pieces]
    if len(chunks) > 1:
        return [part for chunk in chunks for part in _broken(chunk, indent, inside)]
    start, stop = _widest_brackets(pieces)
    if stop - start < 2:
        return [line]
    head, tail = "".join(pieces[: start + 1]).strip(), "".join(pieces[stop:]).strip()
    return [indent + head, *_broken(pieces[start + 1 : stop], indent + "    ", inside=True), indent + tail]


def _chunks(pieces: list[str]) -> list[list[str]]:
    """Cut at those separators outside brackets which bind least."""
    depths = _depths(pieces)
    outside = [n for n in range(1, len(pieces) - 1) if not depths[n]]  # at the ends are the separators of cuts before
    for separators in SEPARATORS:
        cuts = [n + (", " in separators) for n in outside if pieces[n] in separators]
        if cuts:
            return [pieces[start:stop] for start, stop in pairwise([0, *cuts, len(pieces)])]
    return [pieces]


def _widest_brackets(pieces: list[str]) -> tuple[int, int]:
    """Where the outermost pair opens and closes that holds the longest text; (0, 0) where there is none."""
    depths = _depths(pieces)
    opening = [n for n, piece in enumerate(pieces) if piece in OPENING and depths[n] == 0]
    closing = [n for n, piece in enumerate(pieces) if piece in CLOSING and depths[n] == 0]
    pairs = zip(opening, closing, strict=True)
    return max(pairs, key=lambda pair: len("".join(pieces[slice(*pair)])), default=(0, 0))


def _depths(pieces: list[str]) -> list[int]:
    """How many brackets are open round each piece; a bracket counts as outside itself."""
    depths, depth = [], 0
    for piece in pieces:
        depth -= piece in CLOSING
        depths.append(depth)
        depth += piece in OPENING
    return depths
