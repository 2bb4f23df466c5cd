"""Objects outside the function: what is read of them, and what is written into them."""
