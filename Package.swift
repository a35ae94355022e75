// swift-tools-version: 6.3
import PackageDescription

/// Every target is built to the same strictness.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Lets a type of ours hand out a `Span` over memory it owns (two or three properties do).
    .enableExperimentalFeature("Lifetimes"),
    // A borrow of a class property that crosses into another module brings a run-time exclusivity
    // check back on every access of that property (measured: 8.5 ns against 1.4 ns). Debug builds,
    // and so all tests, keep the checks.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        // What the microbenchmarks call: a package sees no more of another than its products. An
        // automatic library is built only for those who import it, so it is no part of the daemon.
        .library(
            name: "MartletModules",
            targets: ["Hashing", "Wire", "Configuration", "Reactor", "Proxy"]),
    ],
    dependencies: [
        // Options, --help and errors of the command line; Apple's own, and needs
        // FoundationEssentials only.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The logging API that the Swift server world shares: a handler of ours writes off the
        // worker threads.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // libev: the event loop that the field knows; one loop a thread, level-triggered epoll, no
        // surprises.
        .systemLibrary(name: "CLibev", providers: [.apt(["libev-dev"])]),
        // libyaml: the parser that twemproxy itself uses, so both read a file alike.
        .systemLibrary(name: "CLibyaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        // c-ares: DNS that never blocks, with every address and its TTL (getaddrinfo gives
        // neither).
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        // Vector instructions that are chosen at run time, for hashing eight keys at once.
        .systemLibrary(name: "CLanes"),
        // What Glibc's module hides from Swift: accept4, fork, a few socket constants.
        .systemLibrary(name: "CGlibc"),

        .target(name: "Hashing", dependencies: ["CLanes"], swiftSettings: strict),
        .target(name: "Wire", exclude: ["Commands.md"], swiftSettings: strict),
        .target(
            name: "Configuration", dependencies: ["Hashing", "Wire", "CLibyaml", "CGlibc"],
            swiftSettings: strict),
        .target(
            name: "Reactor", dependencies: ["CLibev", "CAres", "CGlibc"], swiftSettings: strict),
        .target(
            name: "Proxy",
            dependencies: [
                "Reactor", "Wire", "Hashing", "Configuration", "CGlibc",
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Performance.md"], swiftSettings: strict),
        .target(
            name: "Admin",
            dependencies: [
                "Proxy", "Reactor", "Configuration",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Admin", "Proxy", "Reactor", "Hashing", "Configuration", "CGlibc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),

        .target(
            name: "TestKit", dependencies: ["CGlibc"], path: "Tests/TestKit", swiftSettings: strict
        ),
        .testTarget(
            name: "HashingTests", dependencies: ["Hashing"], resources: [.copy("Vectors")],
            swiftSettings: strict),
        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
        .testTarget(
            name: "ConfigurationTests", dependencies: ["Configuration", "Hashing", "TestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ReactorTests", dependencies: ["Reactor", "CGlibc"], swiftSettings: strict),
        .testTarget(
            name: "ProxyTests",
            dependencies: [
                "Proxy", "Reactor", "Wire", "Hashing", "Configuration",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AdminTests", dependencies: ["Admin", "Proxy", "Reactor"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["TestKit", "Wire", "martlet"],
            resources: [.copy("Data")],
            swiftSettings: strict),
    ]
)
