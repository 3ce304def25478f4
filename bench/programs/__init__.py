"""Small programs that one side of a measurement runs in, each in a process of its own; they print what they found."""
