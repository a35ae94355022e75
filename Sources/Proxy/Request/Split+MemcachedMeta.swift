internal import Wire

/// Replies to the meta protocol's quiet commands.
extension Split {
    /// Moves the reply on if the command's `q` flag does not hide it.
    func moveUnlessHidden(to output: inout ByteList, _ pool: BlockPool) {
        // The first line is at the beginning of the first block, which is longer than such a line.
        let bytes = unsafe fragments[0].reply.firstBytes
        if let read = unsafe MemcachedMetaReply(bytes.span), read.isHidden(from: command) { return }
        fragments[0].reply.move(fragments[0].reply.count, to: &output, pool)
    }
}
