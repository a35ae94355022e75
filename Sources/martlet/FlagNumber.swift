import ArgumentParser

/// A number on the command line as twemproxy reads it: decimal digits and nothing else. At most
/// 2³¹ − 1; twemproxy lets greater ones wrap.
struct FlagNumber: ExpressibleByArgument, ExpressibleByIntegerLiteral {
    let value: Int

    init(integerLiteral value: Int) {
        self.value = value
    }

    init?(argument: String) {
        guard argument.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = Int32(argument)
        else { return nil }
        value = Int(number)
    }

    var defaultValueDescription: String { "\(value)" }
}
