"""Training: tasks, optimizers, what clips an update, and the run that is recorded."""
