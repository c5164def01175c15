"""The data that ships with kaito, read and named: GPUs, models, engine versions."""
