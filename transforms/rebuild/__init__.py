"""Core language -> gast tree: expressions nested again, names given, values that loops carry put into one name.

Three decisions, in this order: which single-use temporaries are written in the expression that uses them (`nesting`),
which values share a name (`transforms.names`), and what each statement looks like (`function`, and below it
`statements`, `branches`, `loops`, `expressions`).
"""
