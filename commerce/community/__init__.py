"""Customer groups (客户群): who is in them, how they joined and left."""
