internal import Glibc
internal import Reactor

/// A directory for sockets, which need their files only until they are connected.
struct TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-microbenchmark-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe mkdtemp(buffer.baseAddress!) != nil
        }
        guard made else { throw SystemError(call: "mkdtemp") }
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the directory, with the files in it that these are.
    func remove(_ files: [String]) {
        for file in files { unsafe unlink(file) }
        unsafe rmdir(path)
    }
}
