import TestKit
import Testing

@testable import Configuration

/// Files whose outcome in twemproxy was measured.
@Suite struct TwemproxyCaseTests {
    @Test(arguments: TwemproxyCase.all)
    func decidesLikeTwemproxyOrSaysWhyNot(_ file: TwemproxyCase) {
        let found = problems(file.text)

        #expect(found == file.problems)
        let isAccepted = found.isEmpty
        #expect((isAccepted == file.isAcceptedByTwemproxy) == (file.difference == nil))
    }

    @Test func casesAreComplete() {
        #expect(TwemproxyCase.all.count == 89)
        #expect(Set(TwemproxyCase.all.map(\.title)).count == 89)
    }

    @Test func onlyOneFileOfTwemproxysIsRefused() {
        let refused = TwemproxyCase.all.filter { $0.isAcceptedByTwemproxy && !$0.problems.isEmpty }

        #expect(refused.map(\.title) == ["num 2^32+5"])
    }
}
