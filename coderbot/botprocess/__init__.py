"""What the process of any bot has: a worker's, a receiver's, the control bot's."""
