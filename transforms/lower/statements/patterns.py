"""Lowering of `match`: each case is a condition and the names that it binds, tried in order."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.containers import unpacking
from transforms.lower.objects import attributes
from transforms.lower.state.frames import Loc
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE, UNDEFINED, Const, Ref, Var


def match(lo: Lowering, stmt: gast.Match, rest: list[Any]) -> None:
    """Execute a match statement and what follows it."""
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.statements.executing import execute, leaves

    if not lo.frame.rule and lo.frame.source is not None:
        lo.loc = Loc(lo.frame.source, stmt, stmt)
    subject = evaluate(lo, stmt.subject)

    def try_cases(cases: list[Any]) -> None:
        if not cases:
            execute(lo, rest)
            return
        case = cases[0]
        taken = case.body if leaves(case.body) else [*case.body, *rest]
        cond = test(lo, case.pattern, subject)
        if case.guard is not None:
            cond = lo.branch(cond, lambda: lo.truth(evaluate(lo, case.guard)), lambda: FALSE)
        lo.branch(cond, lambda: execute(lo, taken), lambda: try_cases(cases[1:]))

    try_cases(stmt.cases)


def test(lo: Lowering, pattern: Any, subject: Any) -> Any:
    """The condition that a pattern matches; its names are bound."""
    handler = PATTERNS.get(type(pattern))
    if handler is None:
        return lo.refuse(f"{type(pattern).__name__} patterns are not supported", node=pattern)
    return handler(lo, pattern, subject)


def every(lo: Lowering, tests: list[Callable[..., Any]]) -> Any:
    """The conjunction of conditions, each evaluated if those before it hold."""
    if not tests:
        return TRUE
    return lo.branch(tests[0](), lambda: every(lo, tests[1:]), lambda: FALSE)


def value(lo: Lowering, pattern: gast.MatchValue, subject: Any) -> Any:
    from transforms.lower.expressions.comparisons import comparison
    from transforms.lower.expressions.evaluating import evaluate

    expected = evaluate(lo, pattern.value)
    if isinstance(subject, Const) and isinstance(expected, Const):
        return Const(subject.value == expected.value)
    if not isinstance(subject, (Var, Const)):
        return FALSE
    if (
        isinstance(expected, Const)
        and isinstance(expected.value, str)
        and isinstance(subject, Var)
        and subject.kind.numeric
    ):
        return FALSE
    return lo.truth(comparison(lo, gast.Eq, subject, expected))


def singleton(lo: Lowering, pattern: gast.MatchSingleton, subject: Any) -> Any:
    return Const(isinstance(subject, Const) and subject.value is pattern.value)


def as_(lo: Lowering, pattern: gast.MatchAs, subject: Any) -> Any:
    from transforms.lower.expressions.names import bind

    cond = TRUE if pattern.pattern is None else test(lo, pattern.pattern, subject)
    if pattern.name is not None:
        lo.branch(cond, lambda: bind(lo, pattern.name, subject), lambda: None)
    return cond


def or_(lo: Lowering, pattern: gast.MatchOr, subject: Any) -> Any:
    def rest(patterns: list[Any]) -> Any:
        cond = test(lo, patterns[0], subject)
        return cond if len(patterns) == 1 else lo.branch(cond, lambda: TRUE, lambda: rest(patterns[1:]))

    return rest(pattern.patterns)


def sequence(lo: Lowering, pattern: gast.MatchSequence, subject: Any) -> Any:
    from transforms.lower.expressions.names import bind

    if isinstance(subject, Const):
        subject = unpacking.outside(lo, subject)
    if not (isinstance(subject, tuple) or isinstance(subject, Ref) and subject.cls is list):
        if isinstance(subject, Var) and not subject.kind.scalar:
            return lo.refuse("a sequence pattern on an array is not followed", node=pattern)
        return FALSE
    items = unpacking.spread(lo, subject)
    starred = [i for i, p in enumerate(pattern.patterns) if isinstance(p, gast.MatchStar)]
    least = len(pattern.patterns) - len(starred)
    if len(items) < least or not starred and len(items) != least:
        return FALSE
    tests = []
    for position, part in enumerate(pattern.patterns):
        if isinstance(part, gast.MatchStar):
            after = len(pattern.patterns) - position - 1
            middle = items[position : len(items) - after]
            if part.name is not None:
                bind(lo, part.name, lo.new(list, tuple(middle)))
        else:
            at = position if not starred or position < starred[0] else len(items) - len(pattern.patterns) + position
            tests.append(lambda part=part, item=items[at]: test(lo, part, item))
    return every(lo, tests)


def mapping(lo: Lowering, pattern: gast.MatchMapping, subject: Any) -> Any:
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.expressions.names import bind

    if isinstance(subject, Const) and not isinstance(subject.value, dict):
        return FALSE
    if not isinstance(subject, (Const, Ref)) or isinstance(subject, Ref) and subject.cls is not dict:
        return FALSE
    content = unpacking.mapping(lo, subject)
    keys = [unpacking.key(lo, evaluate(lo, k)) for k in pattern.keys]
    if any(k not in content for k in keys):
        return FALSE
    if pattern.rest is not None:
        bind(lo, pattern.rest, lo.new(dict, {k: v for k, v in content.items() if k not in keys}))
    return every(
        lo,
        [lambda p=p, k=k: test(lo, p, content[k]) for p, k in zip(pattern.patterns, keys, strict=True)],
    )


def class_(lo: Lowering, pattern: gast.MatchClass, subject: Any) -> Any:
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.intrinsics.reflection import isinstance_

    cls = evaluate(lo, pattern.cls)
    cond = isinstance_(lo, (subject, cls), {}, pattern)
    if cond == FALSE:
        return FALSE
    if cls.value in (int, float, str, bool, complex, list, tuple, dict) and len(pattern.patterns) == 1:
        return every(lo, [lambda: cond, lambda: test(lo, pattern.patterns[0], subject)])
    names = [*getattr(cls.value, "__match_args__", ())[: len(pattern.patterns)], *pattern.kwd_attrs]
    parts = [*pattern.patterns, *pattern.kwd_patterns]
    tests = [
        lambda p=p, n=n: test(lo, p, attributes.get_attribute(lo, subject, n))
        for p, n in zip(parts, names, strict=True)
    ]
    return every(lo, [lambda: cond, *tests])


PATTERNS: dict[type, Callable[[Lowering, Any, Any], Any]] = {
    gast.MatchValue: value,
    gast.MatchSingleton: singleton,
    gast.MatchAs: as_,
    gast.MatchOr: or_,
    gast.MatchSequence: sequence,
    gast.MatchMapping: mapping,
    gast.MatchClass: class_,
}
__all__ = ["match", "operator", "UNDEFINED"]
