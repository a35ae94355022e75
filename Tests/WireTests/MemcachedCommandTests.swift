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
            case .version, .flushAll, .quit, .stats, .metaNoop: ""
            case .metaGet, .metaDelete, .metaArithmetic, .metaDebug: " k"
            case .metaSet: " k 0"
            }
        let line = command.name + arguments
        var parser = MemcachedRequestParser()

        let bytes = Array((line + "\r\n" + (command.hasData ? "\r\n" : "")).utf8)
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
        "verbositx", "prependx", "mx", "mgx", "m", "statsx", "bget", "shutdow", "watcher", "lr",
        "averyveryverylongname",
    ])
    func otherNamesAreErrors(name: String) {
        let line = name + " k\r\n"

        #expect(
            memcachedParse(line)
                == .refused(length: line.utf8.count, "ERROR", isSilent: false))
    }

    @Test(arguments: [
        "shutdown", "watch", "lru", "lru_crawler", "slabs", "cache_memlimit", "extstore",
        "refresh_certs", "debugtime",
    ])
    func administrationIsRefusedInOneLine(name: String) {
        let words =
            "CLIENT_ERROR this command is for one server, not for a proxy"
        for line in ["\(name)\r\n", "\(name) 1 2 3\r\n", " \(name) noreply\r\n"] {
            #expect(
                memcachedParse(line)
                    == .refused(length: line.utf8.count, words, isSilent: false))
        }
    }

    @Test func eachCommandIsOfOneFamily() {
        for command in MemcachedCommand.allCases {
            #expect(!(command.isRetrieval && command.isStorage))
            #expect(!command.isGetAndTouch || command.isRetrieval)
        }
        for command in MemcachedCommand.allCases where command.isMeta {
            #expect(!command.isRetrieval && !command.isStorage)
        }
        #expect(MemcachedCommand.allCases.filter(\.isMeta).count == 5)
        #expect(MemcachedCommand.allCases.filter(\.isRetrieval).count == 4)
        #expect(MemcachedCommand.allCases.filter(\.isStorage).count == 6)
    }
}
