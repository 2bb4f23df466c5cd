"""What each kind of statement adds to forward mode, as functions of one `Forward`: the statement, and its tangent."""
