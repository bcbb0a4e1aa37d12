//! What the compiler says of an async function that awaits itself.
//!
//!     rustc --edition 2024 --crate-type lib hello_world/examples/refused/recursion.rs

pub struct Folder {
    files: usize,
    folders: Vec<Folder>,
}

pub async fn count(folder: &Folder) -> usize {
    let mut files = folder.files;
    for inner in &folder.folders {
        files += count(inner).await;
    }
    files
}
