/// The version of the program, in one place.
public enum Version {
    /// Semantic version: major.minor.patch.
    public static let number = "0.1.0"
}
