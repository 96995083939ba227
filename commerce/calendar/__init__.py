"""When the shop's people work: the week's hours, China's public holidays, working time."""
