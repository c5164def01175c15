"""The order of steps: what a command does, without words or waiting."""
