"""Azure, by its own SDKs: sign-in, the cluster and its node pools, quotas and prices."""
