"""What is known of a parameter before the data: its range, its distribution, and what a caller says of it."""
