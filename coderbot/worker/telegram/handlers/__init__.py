"""What a worker does with commands, texts, buttons and files."""
