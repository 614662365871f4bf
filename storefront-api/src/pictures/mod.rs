//! Pictures of products, drops and themes. What is uploaded is never shown: it is decoded and written anew, so
//! that nothing which was hidden in it reaches anybody.
//!
//! | file | holds |
//! |---|---|
//! | `upload` | a picture as it comes, and how many may come at one time |
//! | `scale` | one picture in several widths |
//! | `jpeg_end` | whether a JPEG is whole |
//! | `gallery` | showing pictures, and no longer showing them |
//! | `file` | the name of a file, which is also its address |
//! | `store` | where the files are |

mod file;
mod gallery;
mod jpeg_end;
mod scale;
mod store;
mod upload;

pub(crate) use file::PictureFile;
pub(crate) use gallery::Gallery;
pub(crate) use store::FileStore;
