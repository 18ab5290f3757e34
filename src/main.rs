//! The `fonds` command: the library does it all, and says how it ended.

fn main() -> std::process::ExitCode {
    fonds::cli::main()
}
