import Testing
import Wire

@Suite struct MemcachedCommandTests {
    @Test(arguments: MemcachedCommand.allCases)
    func everyNameIsFound(command: MemcachedCommand) {
        let arguments =
            switch command {
            case .get, .gets: " k"
            case .gat, .gats: " 0 k"
            case .set, .add, .replace, .append, .prepend: " k 0 0 0"
            case .cas: " k 0 0 0 0"
            case .incr, .decr, .touch: " k 1"
            case .delete: " k"
            case .verbosity: " 1"
            case .version, .flushAll, .quit: ""
            }
        let line = command.name + arguments
        var parser = MemcachedRequestParser()

        let bytes = Array((line + "\r\n" + (command.isStorage ? "\r\n" : "")).utf8)
        let parse = parser.parse(bytes.span)

        guard case .request(let request) = parse else {
            Issue.record("\(line): \(parse)")
            return
        }
        #expect(request.command == command)
        #expect(request.length == bytes.count)
        #expect(request.noreplyOffset == line.utf8.count)
    }

    @Test(arguments: [
        "g", "ge", "getx", "GET", "Get", "\u{1}et", "sets", "flush_al", "flush_all_", "xlush_all",
        "verbositx", "prependx", "mg", "ms", "mn", "md", "ma", "me", "stats", "bget", "shutdown",
        "watch", "lru", "slabs", "cache_memlimit", "averyveryverylongname",
    ])
    func otherNamesAreErrors(name: String) {
        let line = name + " k\r\n"

        #expect(
            memcachedParse(line)
                == .refused(length: line.utf8.count, "ERROR", isSilent: false))
    }

    @Test func eachCommandIsOfOneFamily() {
        for command in MemcachedCommand.allCases {
            #expect(!(command.isRetrieval && command.isStorage))
            #expect(!command.isGetAndTouch || command.isRetrieval)
        }
        #expect(MemcachedCommand.allCases.filter(\.isRetrieval).count == 4)
        #expect(MemcachedCommand.allCases.filter(\.isStorage).count == 6)
    }
}
