"""How well customers are understood, in numbers, tables and pictures."""
