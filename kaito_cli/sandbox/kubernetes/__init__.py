"""A Kubernetes API server on 127.0.0.1, and a simulated cluster life behind it."""
