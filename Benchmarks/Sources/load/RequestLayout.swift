/// Writes the template of a request and notes where its keys and its value stand.
struct RequestLayout {
    let keyLength: Int
    let valueLength: Int
    private(set) var bytes: [UInt8] = []
    private(set) var keyEnds: [Int] = []
    private(set) var valueStart: Int?

    init(keyLength: Int, valueLength: Int) {
        self.keyLength = keyLength
        self.valueLength = valueLength
    }

    mutating func write(_ store: Store, _ operation: Operation, keys: Int) {
        switch (store, operation) {
        case (.redis, .get):
            text("*2\r\n$3\r\nGET\r\n")
            bulkKey()
        case (.redis, .mget):
            text("*\(keys + 1)\r\n$4\r\nMGET\r\n")
            for _ in 0..<keys { bulkKey() }
        case (.redis, .set):
            text("*3\r\n$3\r\nSET\r\n")
            bulkKey()
            text("$\(valueLength)\r\n")
            value()
        case (.memcached, .get), (.memcached, .mget):
            text("get")
            for _ in 0..<keys {
                text(" ")
                key()
            }
            text("\r\n")
        case (.memcached, .set):
            text("set ")
            key()
            text(" 0 0 \(valueLength)\r\n")
            value()
        }
    }

    private mutating func text(_ string: String) {
        bytes += string.utf8
    }

    private mutating func key() {
        bytes += repeatElement(Key.padding, count: keyLength)
        keyEnds.append(bytes.count)
    }

    private mutating func bulkKey() {
        text("$\(keyLength)\r\n")
        key()
        text("\r\n")
    }

    private mutating func value() {
        valueStart = bytes.count
        bytes += repeatElement(0, count: valueLength)
        text("\r\n")
    }
}
