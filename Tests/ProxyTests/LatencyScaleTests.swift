import Testing

@testable import Proxy

@Suite struct LatencyScaleTests {
    @Test func bucketsFollowOneAnotherWithoutGaps() {
        #expect(LatencyScale.shortest(of: 0) == 0)
        for bucket in 1..<LatencyScale.bucketCount {
            #expect(
                LatencyScale.shortest(of: bucket) == LatencyScale.longest(of: bucket - 1) + 1)
        }
        #expect(LatencyScale.longest(of: LatencyScale.bucketCount - 1) == UInt32.max)
    }

    @Test func everyBoundIsInItsBucket() {
        for bucket in 0..<LatencyScale.bucketCount {
            let (shortest, longest) = (
                LatencyScale.shortest(of: bucket), LatencyScale.longest(of: bucket)
            )
            #expect(LatencyScale.bucket(of: shortest) == bucket)
            #expect(LatencyScale.bucket(of: longest) == bucket)
            #expect(LatencyScale.bucket(of: shortest + (longest - shortest) / 2) == bucket)
        }
    }

    @Test func shortTimesAreExact() {
        for time in UInt32(0)..<16 {
            #expect(LatencyScale.bucket(of: time) == Int(time))
        }
    }

    @Test func boundsAreAnEighthApart() {
        for bucket in 16..<LatencyScale.bucketCount {
            let shortest = LatencyScale.shortest(of: bucket)
            let width = LatencyScale.longest(of: bucket) - shortest + 1
            #expect(width <= shortest / 8)
        }
    }

    @Test func powersOfTwoBeginABucket() {
        for exponent in UInt32(0)..<32 {
            let bucket = LatencyScale.bucket(of: 1 << exponent)
            #expect(LatencyScale.shortest(of: bucket) == 1 << exponent)
        }
    }
}
