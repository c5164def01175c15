"""The unit everything is told in."""

GIB = 1024**3
