//! What the project says of itself, checked against its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The programs that must differ in nothing but the runtime.
const SCRAPERS: [&str; 3] = ["scraper_tokio", "scraper_async_std", "scraper_smol"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above").to_owned()
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    text.replace("\r\n", "\n") // as git on Windows may check it out
}

fn cargo(args: &[&str]) -> String {
    let output = testing::cargo().args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A source split into what is outside its marked regions, and the regions by name.
fn regions(source: &str) -> (String, BTreeMap<String, String>) {
    let (mut outside, mut inside) = (String::new(), BTreeMap::new());
    let mut open: Option<String> = None;
    for line in source.lines() {
        if let Some(name) = line.trim().strip_prefix("// ANCHOR: ") {
            assert_eq!(open.replace(name.to_owned()), None, "regions cannot be nested");
            outside += &format!("<{name}>\n");
        } else if let Some(name) = line.trim().strip_prefix("// ANCHOR_END: ") {
            assert_eq!(open.take().as_deref(), Some(name), "a region ends that is not open");
        } else {
            let text = match &open {
                Some(name) => inside.entry(name.clone()).or_default(),
                None => &mut outside,
            };
            *text += &format!("{line}\n");
        }
    }
    assert_eq!(open, None, "a region does not end");
    (outside, inside)
}

#[test]
fn only_the_runtime_differs() {
    let sources = SCRAPERS.map(|name| regions(&read(&format!("{name}/src/main.rs"))));
    let [(tokio, _), (async_std, _), (smol, _)] = &sources;
    assert_eq!(tokio, async_std, "scraper_tokio and scraper_async_std differ outside the regions");
    assert_eq!(tokio, smol, "scraper_tokio and scraper_smol differ outside the regions");
    for (name, (outside, inside)) in SCRAPERS.iter().zip(&sources) {
        let names: Vec<_> = inside.keys().map(String::as_str).collect();
        assert_eq!(names, ["imports", "runtime"], "{name}: few regions");
        // Their comments are narrow, to stand in three columns; it is the code that has to be little.
        let code = |line: &&str| !line.trim_start().starts_with("//");
        let lines: usize = inside.values().map(|part| part.lines().filter(code).count()).sum();
        assert!(lines < 30 && lines < outside.lines().count() / 3, "{name}: and small: {lines}");
        assert!(outside.lines().count() < 120, "{name}: the lesson fits on two screens");
    }
}

#[test]
fn the_clients_offer_the_same_items_in_the_same_order() {
    let items = |path: &str| -> Vec<String> {
        let source = read(path);
        let public = source.lines().filter_map(|line| {
            let item = ["pub type ", "pub fn ", "pub async fn "]
                .iter()
                .find_map(|start| line.strip_prefix(start))?;
            item.split(['(', ' ']).next().map(str::to_owned)
        });
        public.collect()
    };
    for name in SCRAPERS {
        let items = items(&format!("{name}/src/client.rs"));
        assert!(items.ends_with(&["open_session".into(), "get".into()]), "{name}: {items:?}");
    }
}

#[test]
fn the_three_hello_worlds_differ_in_few_lines() {
    let sources =
        ["tokio", "async_std", "smol"].map(|name| read(&format!("hello_world/src/on_{name}.rs")));
    let [tokio, async_std, smol] = &sources;
    for (name, other) in [("async_std", async_std), ("smol", smol)] {
        assert_eq!(tokio.lines().count(), 17, "so short that three fit on one screen");
        let differ = tokio.lines().zip(other.lines()).filter(|(a, b)| a != b).count();
        assert!(differ <= 7, "on_{name}.rs differs from on_tokio.rs in {differ} lines");
    }
}

#[test]
fn the_kit_knows_no_runtime_and_no_client() {
    let tree = cargo(&["tree", "-p", "scraper_kit", "-e", "normal,build", "--prefix", "none"]);
    assert!(tree.contains("html5ever"), "the tree is there: {tree}");
    let crates = tree.lines().filter_map(|line| line.split(' ').next());
    for name in crates {
        let forbidden =
            ["tokio", "async-std", "smol", "reqwest", "surf", "isahc", "hyper", "async-io"];
        assert!(!forbidden.contains(&name), "scraper_kit depends on {name}");
    }
}

/// Nobody waits for the sockets in smol's stead: hyper has tokio's channels in its tree, and no more.
#[test]
fn no_tokio_runtime_is_behind_the_others() {
    for package in ["scraper_http", "scraper_smol", "scraper_async_std"] {
        let format = "{p} {f}";
        let tree =
            cargo(&["tree", "-p", package, "-e", "normal", "--prefix", "none", "--format", format]);
        assert!(tree.contains("hyper v"), "the tree is there: {tree}");
        for line in tree.lines() {
            let (name, features) = line.split_once(" v").expect("a name and a version");
            assert!(!["async-compat", "reqwest", "isahc", "hyper-util"].contains(&name), "{line}");
            if name == "tokio" {
                let features: Vec<_> = features.split([' ', ',']).collect();
                assert!(features.contains(&"sync"), "{line}");
                for feature in ["rt", "net", "time", "rt-multi-thread", "full"] {
                    assert!(!features.contains(&feature), "{package}: {line}");
                }
            }
        }
    }
}

/// Rooms know only what is below them: no file of the kit uses, by way of others, one that uses it.
#[test]
fn the_kit_has_no_circle() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut folders = vec![root().join("scraper_kit/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(root().join("scraper_kit/src")).unwrap();
            let module = inner.iter().next().and_then(|name| name.to_str()).expect("a plain name");
            let module = module.trim_end_matches(".rs").to_owned();
            let source = fs::read_to_string(&path).unwrap();
            let lesson = source.split("#[cfg(test)]").next().unwrap_or_default();
            assert!(lesson.lines().count() <= 250, "{}: longer than 250 lines", path.display());
            let used = uses.entry(module.clone()).or_default();
            let imports = lesson.split("crate::").skip(1).flat_map(|rest| {
                let paths = match rest.strip_prefix('{') {
                    Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
                    None => vec![rest],
                };
                let is_in_name = |letter: char| letter.is_alphanumeric() || letter == '_';
                let name = move |path: &str| {
                    path.trim().split(|c| !is_in_name(c)).next().map(str::to_owned)
                };
                paths.into_iter().filter_map(name).collect::<Vec<_>>()
            });
            used.extend(imports.filter(|name| *name != module));
        }
    }
    assert!(uses["run"].contains("command_line") && uses["run"].contains("save"), "{uses:?}");
    // Who uses nobody that is left is below all others; whoever is left over is in a circle.
    loop {
        let below: Vec<_> = uses.keys().filter(|name| uses[*name].is_empty()).cloned().collect();
        if below.is_empty() {
            break;
        }
        for name in below {
            uses.remove(&name);
            for used in uses.values_mut() {
                used.remove(&name);
            }
        }
    }
    uses.remove("lib"); // shows all of them to the scrapers
    assert!(uses.is_empty(), "a circle among {uses:?}");
}

/// `println!` and `eprintln!` panic where nobody can read. In the other crates clippy looks for them.
#[test]
fn the_scrapers_leave_it_to_the_kit_to_print() {
    for scraper in SCRAPERS {
        for file in ["main.rs", "client.rs"] {
            let source = read(&format!("{scraper}/src/{file}"));
            assert!(
                !source.contains("print!(") && !source.contains("println!("),
                "{scraper} {file}"
            );
        }
    }
}

#[test]
fn the_default_members_are_the_examples_and_what_they_stand_on() {
    let manifest = read("Cargo.toml");
    let list = |start: &str| -> BTreeSet<String> {
        let list = manifest.split(start).nth(1).and_then(|rest| rest.split(']').next());
        let names = list.unwrap_or_else(|| panic!("no {start}")).split('"').skip(1).step_by(2);
        names.map(str::to_owned).collect()
    };
    let (members, default) = (list("\nmembers = ["), list("\ndefault-members = ["));
    let others: Vec<&str> = members.difference(&default).map(String::as_str).collect();
    let (ci, readme) = (read(".ci/run"), read("README.md"));
    assert_eq!(others, ["docs", "docs/exercises", "docs/kitchen", "scraper_kit/http/tokio"]);
    for package in ["docs", "kitchen", "scraper_http_tokio"] {
        for (name, text) in [("README.md", &readme), (".ci/run", &ci)] {
            let mut tests = text.lines().filter(|line| line.contains("cargo test "));
            assert!(tests.any(|line| line.contains(&format!("-p {package}"))), "{name}: {package}");
        }
    }
}

#[test]
fn every_dependency_has_its_reason_beside_it() {
    let manifest = read("Cargo.toml");
    let table = manifest.split("[workspace.dependencies]").nth(1).expect("there is the table");
    let table = table.split("\n[").next().expect("split gives at least one");
    for line in table.lines().filter(|line| line.contains(" = ")) {
        let reason = line.split("# ").nth(1).unwrap_or_default();
        assert!(reason.len() > 10, "no reason: {line}");
    }
    for name in SCRAPERS.iter().chain(&[
        "scraper_kit",
        "scraper_kit/hostile",
        "scraper_kit/http",
        "scraper_kit/http/tokio",
        "hello_world",
        "docs",
        "docs/exercises",
        "docs/kitchen",
        "testing",
    ]) {
        let manifest = read(&format!("{name}/Cargo.toml"));
        let mut table = "";
        for line in manifest.lines() {
            if line.starts_with('[') {
                table = line;
            } else if table.contains("dependencies") && line.contains('=') {
                assert!(
                    line.contains("workspace = true"),
                    "{name}: not from the one table: {line}"
                );
            }
        }
        for key in ["version", "edition", "rust-version", "license"] {
            assert!(manifest.contains(&format!("{key}.workspace = true")), "{name}: {key}");
        }
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name}: lints");
    }
}

#[test]
fn the_readme_and_the_book_name_every_lesson() {
    let chapters = fs::read_dir(root().join("docs/src")).unwrap().map(|file| file.unwrap().path());
    let chapters = chapters.filter(|file| file.extension().is_some_and(|kind| kind == "md"));
    let book: String = chapters.map(|file| fs::read_to_string(file).unwrap()).collect();
    let readme = read("README.md");
    let mut lessons = 0;
    for file in fs::read_dir(root().join("hello_world/examples")).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            let name = file.file_stem().and_then(|name| name.to_str()).expect("a plain name");
            assert!(readme.contains(&format!("| `{name}` |")), "README.md: {name}");
            assert!(book.contains(&format!("--example {name}")), "the book: {name}");
            lessons += 1;
        }
    }
    assert_eq!(readme.matches("\n   | `").count(), lessons, "README.md names others");
}
