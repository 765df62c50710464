"""The CSV that people and machines write together: its rows, what is wrong with them, what people decide."""
