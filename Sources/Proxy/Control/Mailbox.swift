internal import Reactor
internal import Synchronization

/// Messages from any thread to the one whose loop the mailbox wakes.
///
/// Rare by design (decisions, failures), so one lock held for an append costs nothing that matters.
final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    private let handle = Mutex<WakeupHandle?>(nil)

    /// The owner: from now on, messages wake its loop.
    func attach(_ wakeup: WakeupHandle) {
        handle.withLock { $0 = wakeup }
        wakeup.wake()
    }

    /// Any thread.
    func post(_ message: Message) {
        messages.withLock { $0.append(message) }
        handle.withLock { $0 }?.wake()
    }

    /// The owner: everything posted so far, in order.
    func takeAll() -> [Message] {
        messages.withLock { messages in
            let taken = messages
            messages.removeAll()
            return taken
        }
    }
}
