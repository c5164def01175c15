"""A Kubernetes cluster, by the official client."""
