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
fn the_articles_scrapers_are_short_and_differ_in_two_regions() {
    let sources = SCRAPERS.map(|name| {
        let example = name.replace("scraper", "article");
        let source = read(&format!("{name}/examples/{example}.rs"));
        assert!(source.lines().count() <= 40, "{example}: as long as a screen");
        regions(&source)
    });
    for (name, (outside, inside)) in SCRAPERS.iter().zip(&sources) {
        assert_eq!(*outside, sources[0].0, "{name} and {} differ outside the regions", SCRAPERS[0]);
        assert_eq!(inside.keys().collect::<Vec<_>>(), ["fetch_page", "main"], "{name}");
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

/// smol and async-std drive their own sockets: of tokio, hyper has the channels in its tree, and no more.
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

/// The sources of the members that have more than a few files.
const SOURCES: [&str; 5] = [
    "scraper_kit/src",
    "scraper_kit/http/src",
    "scraper_kit/hostile/src",
    "docs/program",
    "docs/kitchen/src",
];

/// Rooms know only what is below them: no file uses, by way of others, one that uses it; and no folder
/// a folder.
#[test]
fn no_member_has_a_circle() {
    for member in SOURCES {
        let files = imports(&root().join(member));
        let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, used) in &files {
            let room = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
            let used = used.iter().map(|path| room(path)).filter(|used| *used != room(file));
            rooms.entry(room(file)).or_default().extend(used);
        }
        assert!(files.values().any(|used| !used.is_empty()), "{member}: no file uses another");
        assert_eq!(circle(rooms), BTreeMap::new(), "{member}: a circle of folders");
        assert_eq!(circle(files), BTreeMap::new(), "{member}: a circle of files");
    }
}

/// The modules of a member, and which others of it each one imports or names by a path from `crate`.
fn imports(source: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let texts: BTreeMap<String, String> = sources(source)
        .into_iter()
        .map(|(path, text)| {
            let module = path.strip_prefix(source).unwrap().with_extension("");
            let parts: Vec<_> = module.iter().map(|part| part.to_str().unwrap()).collect();
            (parts.join("::"), text)
        })
        .collect();
    let module_of = |path: &str| {
        let mut path = path.trim();
        loop {
            if texts.contains_key(path) {
                return Some(path.to_owned());
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let used = |module: &String, text: &String| {
        let mut used = BTreeSet::new();
        for path in text.split("crate::").skip(1) {
            let in_path = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
            let end = path.find(|letter| !in_path(letter)).unwrap_or(path.len());
            let (start, rest) = path.split_at(end);
            let group = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
            let names = group.unwrap_or_default().split(',');
            used.extend(names.filter_map(|name| module_of(&format!("{start}{}", name.trim()))));
        }
        used.remove(module);
        used
    };
    texts.iter().map(|(module, text)| (module.clone(), used(module, text))).collect()
}

/// All files below a folder, without their tests.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let files = files.into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
    });
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

/// What is left when all that use nothing are taken away, again and again: the circles, and what uses them.
fn circle(mut uses: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    while let Some(lowest) = uses.keys().find(|name| uses[*name].is_empty()).cloned() {
        uses.remove(&lowest);
        for used in uses.values_mut() {
            used.remove(&lowest);
        }
    }
    uses
}

#[test]
fn files_of_the_kit_are_short() {
    for member in ["scraper_kit/src", "scraper_kit/http/src"] {
        for (path, text) in sources(&root().join(member)) {
            assert!(text.lines().count() <= 250, "{}: longer than 250 lines", path.display());
        }
    }
}

/// `println!` and `eprintln!` panic on a closed terminal. In the other crates clippy looks for them.
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
    assert_eq!(
        others,
        [
            "docs",
            "docs/exercises",
            "docs/kitchen",
            "docs/kitchen/private_postgres",
            "scraper_kit/http/tokio"
        ]
    );
    for package in ["docs", "kitchen", "scraper_http_tokio"] {
        for (name, text) in [("README.md", &readme), (".ci/run", &ci)] {
            let mut tests = text.lines().filter(|line| line.contains("cargo test "));
            assert!(tests.any(|line| line.contains(&format!("-p {package}"))), "{name}: {package}");
        }
    }
}

/// What the examples have in common is compiled once for all four: none asks for other features of it.
#[test]
fn the_examples_share_their_builds() {
    // A tokio without sockets is the point of scraper_smol, and hyper stands on it.
    const DIFFER: [&str; 2] = ["tokio", "hyper"];
    let mut first: BTreeMap<String, (BTreeSet<String>, &str)> = BTreeMap::new();
    for example in SCRAPERS.iter().chain(&["hello_world"]) {
        let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        // On other systems their libraries for the system's calls may differ.
        let format = ["--prefix", "none", "--no-dedupe", "--format", "{p} | {f}"];
        let edges = ["-e", "normal,build", "--target", "x86_64-unknown-linux-gnu"];
        let tree = cargo(&[&["tree", "-p", example], &edges[..], &format].concat());
        for line in tree.lines() {
            let (package, features) = line.split_once(" | ").expect("a package and its features");
            packages.entry(package.to_owned()).or_default().insert(features.to_owned());
        }
        for (package, features) in packages {
            let (others, by) = first.entry(package.clone()).or_insert((features.clone(), example));
            let name = package.split(' ').next().unwrap_or_default();
            let small = *example == "hello_world" && name == "syn"; // of which only clap's macros stand on it
            assert!(
                small || DIFFER.contains(&name) || features.is_subset(others),
                "{example} and {by} build {package} each for itself: {features:?}, {others:?}"
            );
        }
    }
}

/// Each path that ARCHITECTURE.md names is there, below one of the folders that it speaks of.
#[test]
fn the_architecture_names_files_that_exist() {
    const FOLDERS: [&str; 9] = [
        "",
        "scraper_tokio",
        "scraper_tokio/src",
        "scraper_kit/src",
        "scraper_kit/http",
        "scraper_kit/http/src",
        "docs",
        "docs/exercises",
        "docs/program/measure",
    ];
    let text = read("ARCHITECTURE.md");
    let is_path = |name: &&str| !name.contains(' ') && name.contains(['/', '.']);
    let paths: Vec<&str> = text.split('`').skip(1).step_by(2).filter(is_path).collect();
    assert!(paths.len() > 50, "{paths:?}");
    for path in paths {
        let exists = |folder: &&str| root().join(folder).join(path).exists();
        assert!(FOLDERS.iter().any(exists), "ARCHITECTURE.md: {path}");
    }
}

/// What ARCHITECTURE.md says that a room may know: the members that it depends on.
const ROOMS: [(&str, &[&str]); 13] = [
    ("hello_world", &[]),
    ("scraper_tokio", &["scraper_kit"]),
    ("scraper_async_std", &["scraper_kit", "scraper_http"]),
    ("scraper_smol", &["scraper_kit", "scraper_http"]),
    ("scraper_kit", &[]),
    ("scraper_kit/http", &["scraper_kit"]),
    ("scraper_kit/http/tokio", &["scraper_kit", "scraper_http"]),
    ("scraper_kit/hostile", &["scraper_kit", "testing"]),
    ("scraper_kit/testing", &[]),
    ("docs", &["testing"]),
    ("docs/exercises", &["scraper_kit"]),
    ("docs/kitchen", &["private_postgres"]),
    ("docs/kitchen/private_postgres", &[]),
];

#[test]
fn rooms_depend_on_those_below_them() {
    for (room, below) in ROOMS {
        let manifest = read(&format!("{room}/Cargo.toml"));
        let table = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
        let table = table.split("\n[").next().expect("split gives at least one");
        let names = table.lines().filter_map(|line| line.split(['.', ' ']).next());
        let members =
            ["hello_world", "scraper_", "hostile_", "testing", "docs", "kitchen", "private_"];
        let known: BTreeSet<&str> =
            names.filter(|name| members.iter().any(|start| name.starts_with(start))).collect();
        assert_eq!(known, below.iter().copied().collect(), "{room}");
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
    for (name, _) in ROOMS {
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
