"""From Python to the core language: the abstract execution of a function on the kinds of its arguments.

Syntax, a handler for each kind: `statements`, `expressions`, `loops`.  What it leads to: `calls`, with `intrinsics` for
what has a handler of its own and `derivatives` for those taken inside; `objects` and `subclasses`; `containers`,
`texts`, `views`.  What all of these stand on: `state`, `values`, `scope`, `failures`, `outside`, `operations`.
"""
