"""How right the sizing is, against real start-ups of vLLM."""
