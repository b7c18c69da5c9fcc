"""The Bot API: methods by topic, and what carries a request to them."""
