"""What goes wrong."""


class Failed(Exception):
    """What makes a measurement impossible or worthless; its text is for the user."""
