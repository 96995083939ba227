"""WeCom's customer service (微信客服) on the bot's side: reading it, its sessions, its events."""
