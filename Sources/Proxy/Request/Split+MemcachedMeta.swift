internal import Wire

/// Replies to the meta protocol's quiet commands.
extension Split {
    /// Moves the reply on if the command's `q` flag does not hide it.
    func appendUnlessHidden(to output: inout ByteList, from pool: BlockPool) {
        var reply = takeReply(of: 0)
        // The first line is at the beginning of the first block, which is longer than such a line.
        if let read = unsafe MemcachedMetaReply(reply.firstBytes.span), read.isHidden(from: command)
        {
            return reply.removeAll(to: pool)
        }
        output.splice(&reply, to: pool)
    }
}
