"""What sending costs, and where to the shop sends: templates, regions, and when it is free."""
