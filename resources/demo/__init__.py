"""The demo clip: the code that draws it, and the known answer beside it."""
