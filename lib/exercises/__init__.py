"""The checks of the practice exercises, one file a chapter. Each prints whether an answer is right, or what went wrong."""
