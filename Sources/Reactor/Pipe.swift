internal import CGlibc
internal import Glibc

/// A pipe through which the kernel moves bytes from one socket to another (`splice`): their pages
/// change hands, and nobody copies them.
///
/// Whoever fills it empties it. What a socket's peer makes of it is a result or an error as with
/// `Socket`'s own calls, except that sending to one that hung up raises SIGPIPE: the thread blocks
/// it, as a `WorkerThread` does, or the process ignores it.
public struct Pipe: ~Copyable {
    private let output: Int32
    private let input: Int32

    /// A pipe that takes `capacity` bytes at least if they come in full pages.
    ///
    /// Fails if the process is out of descriptors, or may not have a pipe of that size.
    public init(capacity: Int) throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) {
            unsafe cglibc_open_pipe(
                $0.assumingMemoryBound(to: Int32.self).baseAddress, Int32(capacity))
        }
        guard result == 0 else { throw SystemError(call: "pipe2") }
        output = ends.0
        input = ends.1
    }

    deinit {
        _ = close(output)
        _ = close(input)
    }

    /// Takes up to `count` bytes that the socket has, and the empty pipe has room for.
    public func fill(
        from socket: borrowing Socket, upTo count: Int
    ) throws(SystemError) -> Socket.ReadResult {
        while true {
            let moved = cglibc_splice(socket.descriptor, input, count, 0)
            if moved > 0 { return .bytes(moved) }
            if moved == 0 { return .endOfFile }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: throw SystemError(call: "splice")
            }
        }
    }

    /// Gives `count` bytes, which the pipe has, to the socket, and returns how many it takes now.
    /// Why it takes no more, the next call on the socket tells.
    ///
    /// - Parameter isFollowed: whether more comes for the socket soon, for which the end of these
    ///   may wait.
    public func empty(into socket: borrowing Socket, _ count: Int, isFollowed: Bool) -> Int {
        var sent = 0
        while sent < count {
            let moved = cglibc_splice(output, socket.descriptor, count - sent, isFollowed ? 1 : 0)
            if moved > 0 { sent += moved }
            if moved == 0 || moved < 0 && errno != EINTR { break }
        }
        return sent
    }

    /// Takes bytes out, as many as there are and as there is room for.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = unsafe cglibc_read(output, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemError(call: "read") }
        }
    }
}
