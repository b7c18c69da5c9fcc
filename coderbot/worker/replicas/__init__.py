"""Several workers that share the chats of one bot, and who feeds them."""
