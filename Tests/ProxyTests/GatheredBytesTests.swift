import Glibc
import Testing

@testable import Proxy

@Suite struct GatheredBytesTests {
    /// Gathers the pieces into at most `room` vectors and cuts, if told to.
    private func gather(
        _ pieces: [[UInt8]], room: Int, cutTo limit: Int? = nil
    ) -> (pieces: [[UInt8]], count: Int, isFull: Bool) {
        let joined = pieces.reduce([], +)
        return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: room) { vectors in
            unsafe joined.withRawBytes { bytes in
                var gathered = unsafe GatheredBytes(vectors)
                var offset = 0
                for piece in pieces where !gathered.isFull {
                    unsafe gathered.add(bytes.piece(offset, piece.count))
                    offset += piece.count
                }
                if let limit { gathered.cut(to: limit) }
                return (gathered.pieces, gathered.count, gathered.isFull)
            }
        }
    }

    @Test func piecesKeepTheirOrder() {
        let result = gather([[1, 2], [3], [4, 5, 6]], room: 4)

        #expect(result.pieces == [[1, 2], [3], [4, 5, 6]])
        #expect(result.count == 6)
        #expect(!result.isFull)
    }

    /// A piece without bytes would be a vector for nothing.
    @Test func emptyPieceTakesNoRoom() {
        let result = gather([[1], [], [2]], room: 2)

        #expect(result.pieces == [[1], [2]])
        #expect(result.isFull)
    }

    @Test func cutKeepsABeginningOfTheFirstPiece() {
        #expect(gather([[1, 2, 3], [4]], room: 4, cutTo: 2).pieces == [[1, 2]])
        #expect(gather([[1, 2, 3], [4]], room: 4, cutTo: 2).count == 2)
        #expect(gather([[1, 2, 3], [4]], room: 4, cutTo: 10).pieces == [[1, 2, 3]])
        #expect(gather([], room: 4, cutTo: 10).count == 0)
    }

    @Test func pieceIsWithinItsBytes() {
        let bytes: [UInt8] = [1, 2, 3, 4]

        unsafe bytes.withRawBytes { raw in
            let middle = unsafe Array(raw.piece(1, 2))
            let rest = unsafe Array(raw.dropping(3))
            let none = unsafe Array(raw.dropping(4))
            #expect(middle == [2, 3])
            #expect(rest == [4])
            #expect(none == [])
        }
    }
}

@Suite struct DecimalLineTests {
    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345, Int.max])
    func writesAHeader(number: Int) {
        let line = DecimalLine()

        let written = unsafe Array(line.write("*", number))

        #expect(written == Array("*\(number)\r\n".utf8))
    }

    @Test func isReused() {
        let line = DecimalLine()
        _ = unsafe line.write("*", Int.max)

        let written = unsafe Array(line.write("$", 7))

        #expect(written == Array("$7\r\n".utf8))
    }
}
