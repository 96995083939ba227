"""The console's pages, a module to a topic; each exports `ROUTES`."""
