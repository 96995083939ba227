"""Flash sales (秒杀): pieces set aside for a window of time."""
