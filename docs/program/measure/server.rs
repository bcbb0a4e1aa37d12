//! The server of the pages: a process of its own, which must not be what limits the contenders.

use std::error::Error;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::command_spec::{CommandSpec, Usage};
use super::process::{self, Running, interrupted};

/// How long a server may take to answer at first.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own. Dropping it ends it.
pub struct Server {
    running: Running,
    address: SocketAddr,
}

impl Server {
    /// The practice site: pages that take as long as they are asked to.
    ///
    /// # Errors
    /// It does not start.
    pub fn practice_site(program: &Path, folder: &Path) -> Result<Self, Box<dyn Error>> {
        let spec = |port: u16| CommandSpec {
            program: program.to_owned(),
            args: vec!["--port".to_owned(), port.to_string()],
            stdout: Some(folder.join("practice_site.txt")),
            ..CommandSpec::default()
        };
        Self::start("the practice site", |address| Ok(spec(address.port())))
    }

    /// nginx, with one process and no log, for the files under `folder`.
    ///
    /// # Errors
    /// It is not there, or does not start.
    pub fn nginx(folder: &Path) -> Result<Self, Box<dyn Error>> {
        if process::output("nginx", &["-v"]).is_none() {
            return Err("there is no nginx".into());
        }
        let file = folder.join("nginx.conf");
        Self::start("nginx", |address| {
            fs::write(&file, nginx_conf(folder, address))?;
            let arg = |path: &Path| path.display().to_string();
            let args = ["-p".to_owned(), arg(folder), "-c".to_owned(), arg(&file)];
            Ok(CommandSpec {
                program: "nginx".into(),
                args: args.into(),
                stderr: Some(folder.join("nginx.txt")),
                ..CommandSpec::default()
            })
        })
    }

    /// The kitchen, or its twin: what takes `--port`.
    ///
    /// # Errors
    /// It does not start.
    pub fn service(
        name: &str,
        spec: &CommandSpec,
        messages: &Path,
    ) -> Result<Self, Box<dyn Error>> {
        Self::start(name, |address| {
            let mut spec = spec.clone();
            spec.args.extend(["--port".to_owned(), address.port().to_string()]);
            spec.stdout = Some(messages.to_owned());
            spec.stderr = Some(messages.with_extension("err"));
            Ok(spec)
        })
    }

    fn start(
        name: &str,
        spec: impl Fn(SocketAddr) -> Result<CommandSpec, Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        // Any port that is free; the server takes a number, not a socket.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let server = Self { running: Running::start(&spec(address)?)?, address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            if interrupted() {
                return Err(process::Interrupted.into());
            } else if start.elapsed() > PATIENCE {
                return Err(format!("{name} does not answer at {address}").into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Where it listens, such as `http://127.0.0.1:8000`.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends it, and says what it cost.
    ///
    /// # Errors
    /// Ctrl-C was pressed.
    pub fn end(self) -> Result<Usage, Box<dyn Error>> {
        self.running.end()
    }
}

/// One process for all (no master, no workers), and as little work for each request as can be.
fn nginx_conf(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    // Linux has all of 127.0.0.0/8 for itself: many hosts, with one server. Other addresses are denied.
    let address = match cfg!(target_os = "linux") {
        true => address.port().to_string(),
        false => address.to_string(),
    };
    format!(
        r#"daemon off;
master_process off;
pid "{folder}/nginx.pid";
error_log "{folder}/nginx.log";
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    open_file_cache max=1000;
    client_body_temp_path "{folder}/nginx_body";
    proxy_temp_path "{folder}/nginx_proxy";
    fastcgi_temp_path "{folder}/nginx_fastcgi";
    uwsgi_temp_path "{folder}/nginx_uwsgi";
    scgi_temp_path "{folder}/nginx_scgi";
    types {{ }}
    server {{
        listen {address};
        root "{folder}";
        default_type "text/html; charset=utf-8";
        allow 127.0.0.0/8;
        deny all;
    }}
}}
"#
    )
}
