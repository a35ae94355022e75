import CGlibc
import Glibc

/// What the process finds around it: files and the environment.
enum Surroundings {
    /// The environment variable's value, empty or not; nil if there is none.
    static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The bytes of the file at `path` up to its end, or until there are more than `limit`.
    static func bytes(ofFile path: String, limit: Int) throws(Fault) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while text.count <= limit {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable()
            }
            text.append(contentsOf: chunk[..<count])
        }
        return text
    }

    /// The CPUs that the process may use, ascending.
    static var cpus: [Int] {
        var numbers = [Int32](repeating: 0, count: Int(CGLIBC_CPUS))
        let count = unsafe cglibc_usable_cpus(&numbers)
        return numbers.prefix(Int(count)).map(Int.init)
    }

    private static func unreadable() -> Fault {
        Fault("cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
}
