"""Everything that could go wrong before money is spent, judged from facts alone."""
