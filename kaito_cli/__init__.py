"""Put an open-weights language model on Kubernetes from the command line."""

__version__ = "0.1.0"
