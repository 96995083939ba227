"""Mass tasks of WeCom (群发): requests that the people of the shop confirm."""
