"""One pure judgement each: what went wrong, and what stands in the way."""
