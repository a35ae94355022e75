internal import Wire

/// Responses of memcached's binary protocol, from servers' replies in text.
extension Split {
    /// Appends the response to a request, unless it is a quiet one's that is as expected.
    func append(
        answerTo request: MemcachedBinaryRequest, to output: inout ByteList, for pool: Pool
    ) {
        let blocks = pool.worker.blocks
        if case .statistics(let group) = merge {
            return append(statistics(group, for: request, of: pool), to: &output, from: blocks)
        }
        if let failure {
            return append(error(failure, for: request), to: &output, from: blocks)
        }
        guard merge == .binary else {
            let response = MemcachedBinaryResponse.plain(request.header)
            return append(request.isHidden(.success) ? [] : response, to: &output, from: blocks)
        }
        appendResponse(to: request, to: &output, blocks)
    }

    private func error(_ line: [UInt8], for request: MemcachedBinaryRequest) -> [UInt8] {
        let (status, text) = MemcachedBinaryRequest.error(line.span)
        return MemcachedBinaryResponse.plain(request.header, status, text: text)
    }

    /// Translates a reply, whose first line stands at the beginning of its first block: it is
    /// shorter than any block.
    private func appendResponse(
        to request: MemcachedBinaryRequest, to output: inout ByteList, _ blocks: BlockPool
    ) {
        let bytes = unsafe fragments[0].reply.firstBytes
        guard let read = unsafe MemcachedMetaReply(bytes.span) else {
            let response = MemcachedBinaryResponse.plain(request.header, .internalError)
            return append(response, to: &output, from: blocks)
        }
        if read.kind == .version {
            let version = unsafe String(decoding: bytes.dropFirst(8).dropLast(2), as: UTF8.self)
            let response = MemcachedBinaryResponse.plain(request.header, text: version)
            return append(response, to: &output, from: blocks)
        }
        let (status, text) = unsafe request.status(of: read, bytes.span)
        guard !request.isHidden(status) else { return }
        guard status == .success else {
            let response =
                status == .notFound && request.returnsKey
                ? miss(request) : MemcachedBinaryResponse.plain(request.header, status, text: text)
            return append(response, to: &output, from: blocks)
        }
        switch request.operation {
        case .get, .getAndTouch, .touch:
            moveItem(read, request, to: &output, blocks)
        case .increment, .decrement:
            let number = unsafe MemcachedBinaryResponse.number(
                request.header, read, bytes.span)
            append(number, to: &output, from: blocks)
        default:
            var response: [UInt8] = []
            MemcachedBinaryResponse.write(
                request.header, unique: read.unique, to: &response)
            append(response, to: &output, from: blocks)
        }
    }

    /// Who asks for the key with the value gets it without one, too.
    private func miss(_ request: MemcachedBinaryRequest) -> [UInt8] {
        var response: [UInt8] = []
        MemcachedBinaryResponse.write(
            request.header, .notFound, key: returnedKey.count, to: &response)
        return unsafe response + returnedKey.firstBytes
    }

    private func moveItem(
        _ read: MemcachedMetaReply, _ request: MemcachedBinaryRequest, to output: inout ByteList,
        _ blocks: BlockPool
    ) {
        var head: [UInt8] = []
        MemcachedBinaryResponse.write(
            request.header, extras: 4, key: returnedKey.count, value: read.value.count,
            unique: read.unique, to: &head)
        MemcachedBinaryResponse.append(UInt64(read.itemFlags), 4, to: &head)
        append(head, to: &output, from: blocks)
        unsafe output.append(returnedKey.firstBytes, from: blocks)
        guard !read.value.isEmpty else { return }
        fragments[0].reply.consume(read.value.lowerBound, to: blocks)
        fragments[0].reply.move(read.value.count, to: &output, blocks)
    }

    private func statistics(
        _ group: MemcachedStatistics, for request: MemcachedBinaryRequest, of pool: Pool
    ) -> [UInt8] {
        if group == .reset {
            let reply = statistics(group, of: pool)
            return reply == MemcachedReply.reset
                ? MemcachedBinaryResponse.plain(request.header) : error(reply, for: request)
        }
        guard let figures = figures(group, of: pool) else {
            return error(statistics(group, of: pool), for: request)
        }
        return MemcachedStatistic.response(figures, to: request.header)
    }
}
