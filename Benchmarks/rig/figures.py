def draw(*a): return []
def page(*a): return ""
