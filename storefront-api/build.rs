//! Embeds the assets of `web/dist`, so that the binary serves them from memory; pages are embedded
//! where they are filled.

fn main() {
    memory_serve::load_names_directories([("assets", "../web/dist/assets")], true);
}
