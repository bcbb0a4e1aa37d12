//! Starts the kitchen on 127.0.0.1, and says what to try.
//!
//!     cargo run -p kitchen
//!
//! DATABASE_URL (without TLS) and MONGODB_URI name the databases. Without the first, a private
//! PostgreSQL is started; without the second, there are no recipes.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use axum::serve::ListenerExt;
use clap::Parser;
use kitchen::private_postgres::PrivatePostgres;
use kitchen::{Kitchen, Limits, app};
use tokio::net::TcpListener;

/// How long the guests who are there at the end may stay.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kitchen: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Take a kitchen's orders
#[derive(Parser)]
struct Arguments {
    /// Serve at this port; 0 is any that is free
    #[arg(long, value_name = "N", default_value_t = 8000)]
    port: u16,
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Arguments { port } = Arguments::parse();
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.map_err(|e| format!("cannot listen on 127.0.0.1:{port}: {e}"))?;
    let (postgres, _private) = match env::var("DATABASE_URL") {
        Ok(url) => (url.parse().map_err(|e| format!("DATABASE_URL: {e}"))?, None),
        Err(_) => {
            let private = PrivatePostgres::start()?;
            (private.config(), Some(private))
        }
    };
    let mongodb = env::var("MONGODB_URI").ok();
    let kitchen = Kitchen::open(postgres, mongodb.as_deref(), Limits::default()).await?;

    say(&format!("http://{}", listener.local_addr()?));
    let closing = kitchen.closing();
    tokio::spawn({
        let closing = closing.clone();
        async move {
            told_to_close().await.expect("signals can be listened to");
            closing.cancel();
        }
    });
    let late = async {
        closing.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    // asyncio sets this by itself. Without it, the second piece of an answer that is sent in pieces
    // waits for the acknowledgement of the first: 40 ms.
    let listener = listener.tap_io(|connection| _ = connection.set_nodelay(true));
    let server = axum::serve(listener, app(kitchen.clone()));
    tokio::select! {
        ended = server.with_graceful_shutdown(kitchen.closing().cancelled_owned()) => ended?,
        () = late => eprintln!("kitchen: some guests were still there after {GRACE:?}"),
    }
    if tokio::time::timeout(GRACE, kitchen.close()).await.is_err() {
        eprintln!("kitchen: some tasks were still at work after {GRACE:?}");
    }
    Ok(())
}

/// Ctrl-C, or SIGTERM, with which whoever runs services ends them.
async fn told_to_close() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            pressed = tokio::signal::ctrl_c() => pressed,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Where it is, and what to try. Nobody may be reading, and then println would panic.
fn say(at: &str) {
    let order =
        |count| format!("curl {at}/orders --json '{{\"dish\": \"eggs\", \"count\": {count}}}'");
    let lines = [
        format!("The kitchen is open at {at}/docs (Ctrl-C closes it)."),
        "Try, in another terminal:\n".to_owned(),
        format!("curl -N {at}/orders/news"),
        order(2),
        order(99),
        format!("curl {at}/orders"),
    ];
    _ = io::stdout().write_all((lines.join("\n") + "\n").as_bytes());
}
