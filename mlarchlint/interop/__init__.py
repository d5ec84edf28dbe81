"""Other engines: their findings in our report, under their own ids."""
