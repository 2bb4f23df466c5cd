"""Lowering of attributes, methods, instances and operator overloading: Python's object model, followed when deriving.

Instances that the function makes exist only while deriving: their attributes become plain values.  Objects that exist
already are read through `outer`.  Array attributes and methods become operations.
"""
