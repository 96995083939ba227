"""Customer groups of WeCom: heard of, read, and given their codes and their words."""
