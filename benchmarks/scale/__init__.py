"""Many notebooks at once: pace, latency, the host's cost, fairness, and two other designs."""
