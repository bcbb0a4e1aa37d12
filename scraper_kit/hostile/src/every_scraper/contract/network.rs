//! Scenarios about names and addresses, in a network of their own: on Linux a program may have one,
//! with nothing in it but a loopback and the name server that it brings along.

use std::env;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command, ExitCode};
use std::thread;

use socket2::{Domain, Socket, Type};

use crate::scraper::{Pages, Scraper, kind};
use crate::server::{TestServer, ok};
use scraper_kit::ErrorKind;

/// Set for this program when it runs inside: the scenario's name.
const INSIDE: &str = "CONTRACT_SCENARIO_INSIDE";

/// Prepares the network, then becomes the program.
const ENTER: &str = "ip link set lo up && mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";

/// Where an address is that answers nothing, and one that answers.
const DEAD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
const ALIVE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 8);

/// Whether this process may have a network of its own.
pub(super) fn possible() -> bool {
    cfg!(target_os = "linux")
        && enter("true".as_ref())
            .is_ok_and(|mut probe| probe.output().is_ok_and(|probe| probe.status.success()))
}

/// A program in a network of its own, where names are asked of 127.0.0.1.
fn enter(program: &std::path::Path) -> io::Result<Command> {
    let settings = env::temp_dir().join(format!("contract-resolv-{}.conf", std::process::id()));
    fs::write(&settings, "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n")?;
    let mut command = Command::new("unshare");
    command.args(["-rmn", "sh", "-c", ENTER]).arg(settings).arg(program);
    Ok(command)
}

/// Runs a scenario there: this program once more, which [`inside`] looks out for.
pub(super) fn scenario(scraper: &str, name: &str) {
    let program = env::current_exe().expect("the system knows");
    let run = enter(&program).and_then(|mut program| program.env(INSIDE, name).output()).unwrap();
    assert!(run.status.success(), "{scraper}: {}", String::from_utf8_lossy(&run.stderr));
}

/// The scenario to run, if this program was started inside; it fails by a panic.
pub fn inside(scraper: &str) -> Option<ExitCode> {
    match env::var(INSIDE).ok()?.as_str() {
        "dead-address" => dead_address(scraper),
        "system-timeout" => system_timeout(scraper),
        _ => slow_names(scraper),
    }
    Some(ExitCode::SUCCESS)
}

fn dead_address(scraper: &str) {
    serve_names(|_| Some(vec![DEAD, ALIVE]));
    let _site = serve_pages(ALIVE);
    let waiting = swallow_connections();
    let run = Scraper::json(scraper).args(["-t", "8", "http://two.test/"]).run();
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    drop(waiting);
}

/// The system gives up connecting long before the page's limit.
fn system_timeout(scraper: &str) {
    fs::write("/proc/sys/net/ipv4/tcp_syn_retries", "1").unwrap(); // of this network
    let waiting = swallow_connections();
    let url = format!("http://{DEAD}/");
    let run = Scraper::json(scraper).args(["-t", "100", "--retries", "1", &url]).run();
    let page = &run.pages()[0];
    assert_eq!(kind(page), Some(ErrorKind::Connect), "{page:?}");
    assert_eq!(page.tries, 2, "{page:?}");
    drop(waiting);
}

/// Has the dead address answer no connection: it has a queue for one, which is never accepted.
fn swallow_connections() -> (Socket, Vec<Socket>) {
    let dead = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    dead.bind(&SocketAddr::from((DEAD, 80)).into()).unwrap();
    dead.listen(0).unwrap();
    let waiting = (0..3)
        .map(|_| {
            let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            client.set_nonblocking(true).unwrap();
            let _ = client.connect(&SocketAddr::from((DEAD, 80)).into()); // in progress
            client
        })
        .collect();
    thread::sleep(std::time::Duration::from_millis(300)); // the first has arrived
    (dead, waiting)
}

fn slow_names(scraper: &str) {
    serve_names(|name| (!name.contains("slow")).then(|| vec![Ipv4Addr::LOCALHOST]));
    let _site = serve_pages(Ipv4Addr::LOCALHOST);
    let is_slow = |n: usize| n.is_multiple_of(10);
    let urls = (0..220)
        .map(|n| format!("http://n{n}.{}.test/", if is_slow(n) { "slow" } else { "quick" }));
    let run = Scraper::json(scraper).args(["-c", "100", "-t", "6"]).args(urls).run();
    for page in run.pages() {
        let expected = is_slow(page.index).then_some(ErrorKind::Timeout);
        assert_eq!(kind(&page), expected, "{page:?}");
    }
}

/// Answers every request on this address with a page.
fn serve_pages(address: Ipv4Addr) -> TestServer {
    TestServer::start_at((address, 80), |_, stream, _| stream.write_all(&ok("<title>ok</title>")))
}

/// A name server: the IPv4 addresses of each name, or no answer at all. There are none for IPv6.
fn serve_names(addresses: impl Fn(&str) -> Option<Vec<Ipv4Addr>> + Send + 'static) {
    const HEADER: usize = 12;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 53)).unwrap();
    thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut query) {
            // The question: labels with their lengths before them, then type and class.
            let question = &query[HEADER..length];
            let end = question.iter().position(|byte| *byte == 0).unwrap();
            let name = String::from_utf8_lossy(&question[..end]).replace(char::is_control, ".");
            let Some(mut answers) = addresses(&name) else { continue };
            if question[end + 2] != 1 {
                answers.clear(); // not a question for IPv4
            }
            let mut reply = query[..2].to_vec();
            reply.extend([0x81, 0x80, 0, 1, 0, answers.len() as u8, 0, 0, 0, 0]);
            reply.extend(&question[..end + 5]);
            for address in answers {
                reply.extend([0xc0, HEADER as u8, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                reply.extend(address.octets());
            }
            let _ = socket.send_to(&reply, client);
        }
    });
}
