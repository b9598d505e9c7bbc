"""The same region simulated by others, each as its user would write it; SPEC.md says what and why."""
