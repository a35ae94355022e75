"""What goes wrong."""


class Failed(Exception):
    """What keeps a suite from running; its text is for the user."""
