"""Independent calculations that the tests hold the library against.

Nothing here imports jeugdsim. Everything was written from MODEL.md and DESIGN.md alone, slowly and
plainly, so that the library and the oracle can only agree by both following the specification.
"""
