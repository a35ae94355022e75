"""The rig of `Benchmarks/bench`: compares caching proxies side by side on one machine.

In reading order: workload (what is asked), groups (the lists of workloads), subjects (who answers),
servers and load (what stands on either side), measurement (one run), comparison (rounds and ratios),
memory, syscalls and histograms (further figures), report, charts and figures (how all of it is
shown), command (the command line). processes, ports and machine are what the others stand on.
"""
