"""A simulated cluster: nodes, scheduler, kubelet and controllers, on a clock that may be stood
still, jumped or hurried."""
