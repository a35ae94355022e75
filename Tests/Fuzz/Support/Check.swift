/// Ends the fuzzer with `promise`, so that the input that broke it is kept.
func check(_ holds: Bool, _ promise: @autoclosure () -> String) {
    guard holds else { fatalError(promise()) }
}

/// What libFuzzer calls for every input; each target defines `exercise`.
///
/// The bytes are copied: they then are a heap block of exactly their size, and the address
/// sanitizer sees every read behind it.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    exercise(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
