"""Sets the project up on a machine that has python3 and make. Standard library only, 3.9 on."""
