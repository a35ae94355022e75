def check(*a): return None
