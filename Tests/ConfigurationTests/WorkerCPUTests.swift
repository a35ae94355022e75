import Testing

@testable import Configuration

/// Which CPUs workers are bound to, and how long they wait for more requests.
@Suite struct WorkerCPUTests {
    /// The file with these lines below `global`.
    private func section(_ lines: String...) -> String {
        "global:\n" + lines.map { "  \($0)\n" }.joined() + file()
    }

    @Test func withoutTheKeyNobodyIsBound() throws {
        #expect(try configuration(file()).workerCPUs.isEmpty)
    }

    @Test func autoIsEveryUsableCPU() throws {
        let usable = Surroundings.cpus

        #expect(!usable.isEmpty)
        #expect(usable == usable.sorted())
        #expect(try configuration(section("worker_cpus: auto")).workerCPUs == usable)
    }

    @Test func oneOfThemIsEnough() throws {
        let last = try #require(Surroundings.cpus.last)

        #expect(try configuration(section("worker_cpus: \(last)")).workerCPUs == [last])
    }

    @Test func aCPUThatIsNotThereIsRefused() {
        let found = problems(section("worker_cpus: 1023"))

        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                "c.yml:2: global.worker_cpus: CPU 1023 is not one that this process may use; "
                    + "use auto, or CPUs of ") == true, "\(found)")
    }

    static let lists: [(text: String, cpus: [Int])] = [
        ("auto", [0, 1, 2, 5, 8, 9]), ("0", [0]), ("0-2", [0, 1, 2]), ("5,0-1,9", [5, 0, 1, 9]),
        ("2-2", [2]),
    ]

    @Test(arguments: lists)
    func numbersAndRangesKeepTheirOrder(text: String, cpus: [Int]) throws {
        #expect(try CPUList(text, among: [0, 1, 2, 5, 8, 9]).cpus == cpus)
    }

    static let refused: [(text: String, reason: String)] = [
        ("two", "\"two\" is not a list of CPUs such as 0-3,8; use auto, or CPUs of 0-2,5"),
        ("-1", "\"-1\" is not a list of CPUs such as 0-3,8; use auto, or CPUs of 0-2,5"),
        ("0,", "\"0,\" is not a list of CPUs such as 0-3,8; use auto, or CPUs of 0-2,5"),
        ("2-0", "\"2-0\" is not a list of CPUs such as 0-3,8; use auto, or CPUs of 0-2,5"),
        ("0-1-2", "\"0-1-2\" is not a list of CPUs such as 0-3,8; use auto, or CPUs of 0-2,5"),
        ("1-5", "CPU 3 is not one that this process may use; use auto, or CPUs of 0-2,5"),
        ("0-9999999999", "CPU 3 is not one that this process may use; use auto, or CPUs of 0-2,5"),
        ("1,0-2", "\"1,0-2\" has CPU 1 twice; give it once"),
    ]

    @Test(arguments: refused)
    func whatCannotBeIsExplained(text: String, expected: String) {
        let found = reason { () throws(Fault) in try CPUList(text, among: [0, 1, 2, 5]) }

        #expect(found == expected)
    }

    @Test func theBatchWaitIsInMicroseconds() throws {
        #expect(try configuration(file()).batchWaitMicroseconds == 120)
        #expect(try configuration(section("batch_wait: 0")).batchWaitMicroseconds == 0)
        #expect(try configuration(section("batch_wait: 50")).batchWaitMicroseconds == 50)
        #expect(
            problems(section("batch_wait: 10001")) == [
                "c.yml:2: global.batch_wait: \"10001\" is out of range; "
                    + "use a number from 0 to 10000"
            ])
    }
}
