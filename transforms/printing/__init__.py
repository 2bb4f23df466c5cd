"""The parts of `transforms.emit`, which writes a tree as text: constants, expressions, precedence, long lines."""
