//! Embeds the assets of `web/dist`, so that the binary serves them from memory; pages are embedded
//! where they are filled.

fn main() {
    let assets = [("assets", "../web/dist/assets"), ("console", "../web/dist/console")];
    memory_serve::load_names_directories(assets, true);
}
