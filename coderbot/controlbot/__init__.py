"""The control bot: one bot for the admins, which shows and steers the fleet."""
