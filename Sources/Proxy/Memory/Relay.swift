internal import Reactor

/// Moves large values from socket to socket within the kernel, a portion at a time.
///
///     from ─▶ pipe ─▶ to
///               └─ what `to` does not take ─▶ memory
///
/// A worker has one. Always: the pipe is empty between two portions, so whoever ends in the middle
/// of a value leaves nothing behind here, and all that waits is in blocks, which are counted.
@safe final class Relay {
    /// What became of a portion.
    enum Portion {
        /// So many bytes have come, of which the other socket took so many.
        case moved(Int, sent: Int)
        case wouldBlock
        case endOfFile
        /// The system does not do it: the bytes are still to be read.
        case unavailable
    }

    /// Nil if the system refuses one, or has failed to give back what was in it.
    private var pipe: Pipe?

    init() {
        // Values are read and sent as all others are without it.
        pipe = try? Pipe(capacity: Limits.relayedAtOnce)
    }

    /// How much of a value may be moved; 0 if that is not worth it.
    ///
    /// - Parameters:
    ///   - announced: bytes of it that are to come, with its CRLF, which is read, to see whether it
    ///     is one.
    ///   - before: the same when a portion was last moved.
    static func movable(of announced: Int, before: Int) -> Int {
        let from = announced == before ? Limits.relayedOnFrom : Limits.relayedFrom
        return announced - 2 >= from ? announced - 2 : 0
    }

    /// Moves what has come of the next `count` bytes, which belong to a value. Fails if `from` has
    /// failed; whether `to` has is for the next send to find.
    ///
    /// - Parameter rest: gets what `to` does not take.
    func move(
        _ count: Int, from: borrowing Socket, to: borrowing Socket, rest: inout ByteList,
        _ blocks: BlockPool
    ) throws(SystemError) -> Portion {
        guard pipe != nil else { return .unavailable }
        switch try pipe!.fill(from: from, upTo: min(count, Limits.relayedAtOnce)) {
        case .wouldBlock: return .wouldBlock
        case .endOfFile: return .endOfFile
        case .bytes(let come):
            let sent = pipe!.empty(into: to, come, isFollowed: come == count)
            do throws(SystemError) {
                try keep(come - sent, in: &rest, blocks)
            } catch {
                // What is left in it must not become a part of somebody else's value.
                pipe = nil
                throw error
            }
            return .moved(come, sent: sent)
        }
    }

    private func keep(
        _ count: Int, in rest: inout ByteList, _ blocks: BlockPool
    ) throws(SystemError) {
        var left = count
        while left > 0 {
            if rest.roomAtEnd == 0 {
                rest.addBlock(for: min(left, Limits.blockOfRelayed), from: blocks)
            }
            let room = unsafe UnsafeMutableRawBufferPointer(
                start: rest.placeAtEnd, count: min(left, rest.roomAtEnd))
            let read = try unsafe pipe!.read(into: room)
            rest.didFill(read)
            left -= read
        }
    }
}

extension Worker {
    /// Shows so many bytes, in pieces, to those who count a value's bytes and look at none before
    /// its CRLF: any will do.
    func showUnseen(_ count: Int, to counts: (Span<UInt8>) -> Void) {
        var left = count
        while left > 0 {
            let piece = min(left, Limits.scratch)
            unsafe counts(RawBytes(piece, of: scratch).span)
            left -= piece
        }
    }
}
