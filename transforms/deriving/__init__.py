"""The parts of `transforms.derive`: lowered arguments, attempts, two halves, text and its premises, variants."""
