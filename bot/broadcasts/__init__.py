"""Mass tasks in WeCom: made, told to who confirms them, and what became of them."""
