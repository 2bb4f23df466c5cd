"""Views of arrays that are no arrays here: they are read and written through the array behind them."""
