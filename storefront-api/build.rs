//! Embeds the built pages of `web/dist`, so that the binary serves them from memory.

fn main() {
    memory_serve::load_names_directories([("pages", "../web/dist")], true);
}
