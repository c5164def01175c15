"""The rehearsal: servers on 127.0.0.1 that answer as Azure and Kubernetes do."""
