/// What a client has said of itself: by HELLO SETNAME, CLIENT SETNAME and CLIENT SETINFO.
///
/// An object of its own, since most clients say nothing and idle ones should cost little.
final class ClientIdentity {
    var name: [UInt8] = []
    var library: [UInt8] = []
    var libraryVersion: [UInt8] = []

    /// Whether Redis would take it: neither spaces, nor line ends, nor what is no ASCII.
    static func accepts(_ text: [UInt8]) -> Bool {
        text.allSatisfy { UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 }
    }
}
