"""This machine's own addresses, where what is sent in the clear is read by nobody else."""

# numbers alone: what `localhost` leads to is a matter of this machine's settings
LOOPBACK = ("127.0.0.1", "::1")
