"""Members: levels, points, signing in, birthdays, tasks and the points mall."""
