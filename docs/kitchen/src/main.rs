//! Starts the kitchen on 127.0.0.1, and says what to try.
//!
//!     cargo run -p kitchen
//!
//! DATABASE_URL and MONGODB_URI name the databases. Without the first, a private PostgreSQL is
//! started; without the second, there are no recipes.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use kitchen::private_postgres::PrivatePostgres;
use kitchen::{Kitchen, Limits, app};
use tokio::net::TcpListener;

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

    let at = format!("http://{}", listener.local_addr()?);
    println!("The kitchen is open at {at}/docs (Ctrl-C closes it). Try, elsewhere:\n");
    println!("curl -N {at}/orders/news");
    for count in [2, 99] {
        println!("curl {at}/orders --json '{{\"dish\": \"eggs\", \"count\": {count}}}'");
    }
    println!("curl {at}/orders");
    let closing = kitchen.closing();
    let ctrl_c = async move {
        tokio::signal::ctrl_c().await.expect("signals can be listened to");
        closing.cancel();
    };
    axum::serve(listener, app(kitchen.clone())).with_graceful_shutdown(ctrl_c).await?;
    kitchen.close();
    Ok(())
}
