import Glibc

/// Prints a line at once, also into a pipe.
func emit(_ line: String) {
    print(line)
    // All streams: the names of single ones are not safe to use from Swift.
    _ = fflush(nil)
}

/// Prints a line on the standard error.
func complain(_ line: String) {
    var bytes = Array("load: \(line)\n".utf8)
    _ = unsafe write(STDERR_FILENO, &bytes, bytes.count)
}
