internal import Wire

/// memcached's binary protocol, for clients only: servers are asked in text and by meta commands,
/// so that all clients share their connections.
extension Client {
    /// Parses and dispatches the request at the front.
    ///
    /// - Returns: its length; 0 if it is not complete.
    func parseBinary(_ bytes: RawBytes) -> Int {
        switch unsafe MemcachedBinaryParse.read(bytes.span, pool.memcachedLimits) {
        case .request(let request):
            unsafe dispatch(request, bytes.piece(0, request.length))
            return request.length
        case .refused(let length, let header, let status):
            answer(MemcachedBinaryResponse.plain(header, status))
            return length
        case .incomplete(let needed):
            inputNeeded = needed
            return 0
        case .malformed(let header, let status):
            refuse(with: MemcachedBinaryResponse.plain(header, status))
            return bytes.count
        case .noRequest:
            refuse(with: [])
            return bytes.count
        }
    }

    private func dispatch(_ request: MemcachedBinaryRequest, _ frame: RawBytes) {
        guard !pool.disabledForServers.contains(request.operation.command) else {
            return answer(MemcachedBinaryResponse.plain(request.header, .notPermitted))
        }
        switch request.operation {
        case .get, .getAndTouch, .touch, .set, .add, .replace, .append, .prepend, .delete,
            .increment, .decrement:
            unsafe forward(request, frame)
        case .noop:
            answer(MemcachedBinaryResponse.plain(request.header))
        case .version:
            ask(pool.anyServer, .version, .binary, bytes: 0, for: request) { _, connection in
                append(ascii: "version\r\n", to: connection)
            }
        case .statistics:
            unsafe answerStatistics(request, frame.piece(request.key))
        case .flush:
            let line = unsafe Array(ascii: "flush_all \(request.flushTime(in: frame.span))\r\n")
            unsafe line.withRawBytes { bytes in
                unsafe askAll(bytes, .flushAll, .acknowledgement, for: request)
            }
        case .quit:
            if !request.isQuiet { answer(MemcachedBinaryResponse.plain(request.header)) }
            isFinished = true
            markDirty()
        }
    }

    /// Sends the meta command that does the same.
    private func forward(_ request: MemcachedBinaryRequest, _ frame: RawBytes) {
        worker.text.removeAll(keepingCapacity: true)
        guard unsafe request.writeLine(of: frame.span, to: &worker.text) else {
            return answer(
                MemcachedBinaryResponse.plain(
                    request.header, .invalidArguments, text: Self.unwritableKey))
        }
        let key = unsafe frame.piece(request.key)
        let server = pool.servers[unsafe pool.serverIndex(for: key.span)]
        ask(
            server, request.operation.command, .binary, bytes: frame.count, for: request
        ) { split, connection in
            if request.returnsKey { unsafe split.giveBack(key, from: worker.blocks) }
            let line = worker.text
            unsafe line.withRawBytes { unsafe append($0, to: connection) }
            guard request.operation.command == .metaSet else { return }
            unsafe append(frame.piece(request.value), to: connection)
            append(ascii: "\r\n", to: connection)
        }
    }

    private static let unwritableKey =
        "a key with spaces or control characters may have 186 bytes at most"

    private func answerStatistics(_ request: MemcachedBinaryRequest, _ name: RawBytes) {
        guard let group = unsafe MemcachedStatistics(named: name) else {
            return answer(MemcachedBinaryResponse.plain(request.header, .notFound))
        }
        if group == .proxy {
            answer(MemcachedStatistic.response(pool.statistics, to: request.header))
        } else {
            askForStatistics(group, for: request)
        }
    }
}
