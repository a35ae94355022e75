import Glibc
import Logging

/// One line for the log, as the thread that logs hands it over.
struct LogLine: Sendable {
    /// When it was logged, on the wall clock.
    var seconds: Int
    var milliseconds: Int
    var level: Logger.Level
    /// Label, message and metadata.
    var text: String

    /// A line logged now.
    init(_ level: Logger.Level, _ text: String) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        seconds = now.tv_sec
        milliseconds = now.tv_nsec / 1_000_000
        self.level = level
        self.text = text
    }
}

/// Turns lines into the bytes of the log: `[YYYY-MM-DD HH:MM:SS.mmm] level label: message
/// key=value`, local time.
struct LogFormat {
    private var second = Int.min
    private var stamp = ""

    /// Appends a line and its line feed.
    mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        // localtime_r takes a lock in the C library; lines come in bursts, so once a second is
        // enough.
        if line.seconds != second {
            second = line.seconds
            stamp = Self.stamp(second)
        }
        let milliseconds = Self.padded(line.milliseconds, 3)
        bytes += "[\(stamp).\(milliseconds)] \(line.level.rawValue) ".utf8
        for byte in line.text.utf8 {
            // A peer's bytes may be in the text: they must not start a line or drive a terminal.
            if byte >= 0x20 && byte != 0x7f {
                bytes.append(byte)
            } else {
                bytes += "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func stamp(_ second: Int) -> String {
        var instant = second
        var parts = unsafe tm()
        unsafe localtime_r(&instant, &parts)
        let year = 1900 + Int(unsafe parts.tm_year)
        let month = padded(Int(unsafe parts.tm_mon) + 1, 2)
        let day = padded(Int(unsafe parts.tm_mday), 2)
        let hour = padded(Int(unsafe parts.tm_hour), 2)
        let minute = padded(Int(unsafe parts.tm_min), 2)
        let rest = padded(Int(unsafe parts.tm_sec), 2)
        return "\(year)-\(month)-\(day) \(hour):\(minute):\(rest)"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
