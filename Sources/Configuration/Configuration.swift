/// A whole configuration file, validated: what the operator asked for, in values that cannot be
/// wrong.
///
/// It is read once, before anything listens, and never changes afterwards, so every thread may hold
/// it. The file is twemproxy's YAML with the same meaning, plus the keys that Martlet adds.
public struct Configuration: Sendable, Equatable {
    /// Worker threads, 1...256, from `global: workers`; nil means one per core.
    public var workers: Int?

    /// The CPUs that workers are bound to, one after the other and from the first again, from
    /// `global: worker_cpus`; empty means that the kernel decides. Never one that the process may
    /// not use.
    public var workerCPUs: [Int] = []

    /// Microseconds that a busy worker waits between turns for more requests to come, from
    /// `global: batch_wait`; 0 means that it never does.
    public var batchWaitMicroseconds = 120

    /// How names become addresses.
    public var names = NameSettings()

    /// Bytes that all connections together may hold, from `global: max_memory`.
    public var maxMemory = 1 << 30

    /// The pools in twemproxy's order: by length of the name, then by its bytes.
    public var pools: [PoolConfiguration]

    /// A configuration made by hand, as tests do; `parse` is the way from a file.
    public init(workers: Int? = nil, pools: [PoolConfiguration]) {
        self.workers = workers
        self.pools = pools
    }

    /// Reads and validates the file at `path`.
    ///
    /// Names are not resolved and no address is tried.
    public static func load(path: String) throws(ConfigurationFailure) -> Configuration {
        let text: [UInt8]
        do throws(Fault) {
            text = try Surroundings.bytes(
                ofFile: path, limit: YAMLDocument.maximumBytes)
        } catch {
            throw ConfigurationFailure(problems: [
                ConfigurationProblem(file: path, mark: nil, key: nil, reason: error.reason)
            ])
        }
        return try parse(text, file: path)
    }

    /// Validates `text`; `file` is only what the problems call it.
    public static func parse(
        _ text: [UInt8], file: String
    ) throws(ConfigurationFailure) -> Configuration {
        var reader = ConfigurationReader(file: file)
        return try reader.read(YAMLDocument(text))
    }
}
