"""Lowering of subclasses of np.ndarray: an instance is an array and the attributes that its class gives it.

What the class defines in Python is followed; all else happens to the array, and the result is an instance again where
NumPy makes one: that is found out by calling with small arrays of a subclass that keeps what it was made from.
"""
