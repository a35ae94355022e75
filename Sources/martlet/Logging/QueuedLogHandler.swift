import Logging

/// swift-log's handler: filters by the shared level, then leaves the line with the writer.
struct QueuedLogHandler: LogHandler {
    private let label: String
    private let writer: LogWriter
    private let level: LogLevel
    private var levelOfThisLogger: Logger.Level?

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    /// A handler whose level follows `level` unless its logger sets one of its own.
    init(label: String, writer: LogWriter, level: LogLevel) {
        self.label = label
        self.writer = writer
        self.level = level
    }

    /// The logger asks for this before it forms a message.
    var logLevel: Logger.Level {
        get { levelOfThisLogger ?? level.threshold }
        set { levelOfThisLogger = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = "\(label): \(event.message)"
        var pairs = metadata
        if let provided = metadataProvider?.get() { pairs.merge(provided) { $1 } }
        if let own = event.metadata { pairs.merge(own) { $1 } }
        for (key, value) in pairs.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        if let error = event.error { text += " error=\(error)" }
        writer.write(LogLine(event.level, text))
    }
}
