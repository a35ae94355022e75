internal import Wire

/// memcached's binary protocol, for clients only: servers are asked in text and by meta commands, so
/// that all clients share their connections.
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
        switch request.operation {
        case .get, .getAndTouch, .touch, .set, .add, .replace, .append, .prepend, .delete,
            .increment, .decrement:
            unsafe forward(request, frame)
        case .noop:
            answer(MemcachedBinaryResponse.plain(request.header))
        case .version:
            let line = Array(ascii: "version\r\n")
            ask(pool.anyServer, .version, .binary, for: request) { split in
                append(line, toFragment: 0, of: split)
            }
        case .statistics:
            unsafe answerStatistics(request, frame.piece(request.key))
        case .flush:
            let line = unsafe Array(ascii: "flush_all \(request.flushTime(in: frame.span))\r\n")
            askAll(.flushAll, .acknowledgement, for: request) { fragment, split in
                append(line, toFragment: fragment, of: split)
            }
        case .quit:
            if !request.isQuiet { answer(MemcachedBinaryResponse.plain(request.header)) }
            isFinished = true
            markDirty()
        }
    }

    private func append(_ line: [UInt8], toFragment fragment: Int, of split: Split) {
        unsafe line.withUnsafeBytes { bytes in
            unsafe append(bytes, toFragment: fragment, of: split)
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
        ask(server, request.operation.command, .binary, for: request) { split in
            if request.returnsKey { unsafe split.keepKeys(key, from: worker.blocks) }
            append(worker.text, toFragment: 0, of: split)
            guard request.operation.command == .metaSet else { return }
            unsafe append(frame.piece(request.value), toFragment: 0, of: split)
            append(Self.dataEnd, toFragment: 0, of: split)
        }
    }

    private static let dataEnd = Array(ascii: "\r\n")

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
