"""function object -> the piece of its file that made it, as a gast tree whose positions are the file's own.

What is found is proven: the tree is compiled again and must give the function's code object, constants included; a file
edited since its import raises SourceError instead of answering with other text.  The function is its `__code__`, so a
decorated function is the wrapper that is called, never `__wrapped__`.
Only the block of lines round the definition is parsed and compiled, so the cost does not grow with the file.

>>> import textwrap
>>> from transforms.source.finding import find
>>> find(textwrap.dedent).node.name
'dedent'
"""
