"""What each kind of statement adds to the two sweeps of reverse mode, as functions of one `Reverse`.

Statements: `applications`, `views`, `items`, `stores`, `branches`, `loops`, `joins`, and for lists `list_operations`,
`sequences`, `collected`.  Below them, what they give to and take from: `cotangents`, `contents`, `shadows`, `scopes`,
`bindings`, and for lists `list_cotangents`, `list_values`, `list_shadows`, `list_kinds`.
"""
