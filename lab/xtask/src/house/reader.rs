//! Reads a source file; tests are left out.

use std::mem;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, ImplItemFn, Item, ItemMod, ItemUse, Path, UseTree, Visibility,
    visit::{self, Visit},
};

use super::{
    items::{Head, is_for_tests, is_public},
    source::{Import, NamedPath, SourceFile, TypeName},
};

/// Reads a source file.
pub(crate) fn read(text: &str) -> syn::Result<SourceFile> {
    let file = syn::parse_file(text)?;
    let mut reader = Reader::default();
    reader.visit_file(&file);
    Ok(reader.source)
}

#[derive(Default)]
struct Reader {
    source: SourceFile,
    /// How many `mod … { }` we are in.
    inline_depth: usize,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let head = Head::of(item);
        if !is_for_tests(head.attributes) {
            self.add_item(&head);
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        if !is_for_tests(&method.attrs) {
            visit::visit_impl_item_fn(self, method);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.inline_depth += 1;
        visit::visit_item_mod(self, module);
        self.inline_depth -= 1;
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        if import.leading_colon.is_none() {
            self.add_imports(&import.tree, &[], is_public(&import.vis));
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.add_path(path.segments.iter().map(|segment| &segment.ident));
        }
        visit::visit_path(self, path);
    }

    /// What a macro is given is not parsed: it is searched for paths.
    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.add_paths_among(tokens.clone());
    }

    // `pub(in path)` and attributes are no use of what they name.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

impl Reader {
    fn add_item(&mut self, head: &Head<'_>) {
        let Some(ident) = head.name else { return };
        let name = ident.to_string();
        if head.attributes.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
            self.source.exported_macros.push(name.clone());
        }
        if let Some(visibility) = head.type_visibility {
            self.source.types.push(TypeName {
                name: name.clone(),
                is_public: is_public(visibility),
                line: line_of(ident),
            });
        }
        self.source.items.insert(name);
    }

    fn add_imports(&mut self, tree: &UseTree, before: &[String], is_public: bool) {
        match tree {
            UseTree::Path(path) => {
                let mut longer = before.to_vec();
                longer.push(path.ident.to_string());
                self.add_imports(&path.tree, &longer, is_public);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_imports(tree, before, is_public);
                }
            }
            UseTree::Name(name) => self.add_import(before, &name.ident, None, is_public),
            UseTree::Rename(renamed) => {
                self.add_import(before, &renamed.ident, Some(&renamed.rename), is_public);
            }
            UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                let path = self.seen_from_file(before.to_vec());
                self.source.imports.push(Import { path, name: None, is_public, line });
            }
        }
    }

    fn add_import(
        &mut self,
        before: &[String],
        ident: &Ident,
        renamed: Option<&Ident>,
        is_public: bool,
    ) {
        let mut path = before.to_vec();
        if ident != "self" || path.is_empty() {
            path.push(ident.to_string());
        }
        let name = renamed.map(Ident::to_string).or_else(|| path.last().cloned());
        let path = self.seen_from_file(path);
        self.source.imports.push(Import { path, name, is_public, line: line_of(ident) });
    }

    fn add_path<'a>(&mut self, idents: impl Iterator<Item = &'a Ident>) {
        let mut idents = idents.peekable();
        let Some(line) = idents.peek().map(|ident| line_of(ident)) else { return };
        let segments = self.seen_from_file(idents.map(Ident::to_string).collect());
        self.source.paths.push(NamedPath { segments, line });
    }

    fn add_paths_among(&mut self, tokens: TokenStream) {
        let mut path: Vec<Ident> = Vec::new();
        let mut n_colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    n_colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) => {
                    if n_colons != 2 {
                        self.add_path(mem::take(&mut path).iter());
                    }
                    path.push(ident);
                }
                TokenTree::Group(group) => {
                    self.add_path(mem::take(&mut path).iter());
                    self.add_paths_among(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add_path(mem::take(&mut path).iter());
                }
            }
            n_colons = 0;
        }
        self.add_path(path.iter());
    }

    /// The path from the file's own module: `super` in an inline one is the file itself.
    fn seen_from_file(&self, mut path: Vec<String>) -> Vec<String> {
        let n_up = path.iter().take_while(|segment| *segment == "super").count();
        let n_inside = n_up.min(self.inline_depth);
        path.drain(..n_inside);
        if n_inside > 0 && n_inside == n_up {
            path.insert(0, "self".to_owned());
        }
        path
    }
}

fn line_of(ident: &Ident) -> usize {
    ident.span().start().line
}
