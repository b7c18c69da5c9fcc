"""Speech to text: what is said in chat becomes words."""
