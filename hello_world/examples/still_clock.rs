//! To test what waits for hours: a clock that stands still, or a timer that is handed in.
//!
//!     cargo run -p hello_world --example still_clock -- [tokio|async-std|smol]
//!
//! In Python:
//!
//!     async def remind(sleep=asyncio.sleep):      # a test hands in a sleep of its own
//!         for number in range(1, 4):
//!             await sleep(3600)
//!             print("reminder", number)
//!
//! asyncio's own loop has no clock to stop; packages bring loops that have. tokio's has: it stands
//! still, and when there is nothing to do but to wait for a timer, it jumps there. It takes
//! no account of what happens outside of it.

use std::cell::Cell;
use std::io::Write;
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use hello_world::lesson::{self, say, step};

fn main() -> ExitCode {
    lesson::run(
        "Hours in no time: a paused clock and its traps, and a timer handed in",
        [&on_tokio, &on_async_std, &on_smol],
        "hand in the timer; a paused clock is for what waits for timers alone.",
    )
}

const HOUR: Duration = Duration::from_secs(3600);

/// What is to be tested.
async fn remind(sleep: impl AsyncFn(Duration)) {
    for number in 1..=3 {
        sleep(HOUR).await;
        say(format!("reminder {number}"));
    }
}

/// A clock for tests: a sleep ends at once, and is added up.
#[derive(Default)]
struct StillClock(Cell<Duration>);

impl StillClock {
    async fn sleep(&self, time: Duration) {
        self.0.set(self.0.get() + time);
    }
}

async fn with_a_timer_of_our_own() {
    step("A timer that is handed in, and waits for nothing");
    let clock = StillClock::default();
    remind(async |time| clock.sleep(time).await).await;
    say(format!("it would have taken {} hours", clock.0.get().as_secs() / 3600));
}

/// A server outside of the runtime, which takes a tenth of a second to answer.
fn slow_server() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        thread::sleep(Duration::from_millis(100));
        stream.write_all(b"hello")
    });
    address
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn on_tokio() {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;
    use tokio::time::{Instant, sleep, timeout};

    with_a_timer_of_our_own().await;

    step("tokio's own timer, and its clock stands still");
    let start = Instant::now();
    remind(sleep).await;
    say(format!("its clock is {} hours ahead", start.elapsed().as_secs() / 3600));

    step("A server answers after 0.1 s, and the limit is an hour");
    let read = async {
        let mut stream = TcpStream::connect(slow_server()).await?;
        stream.read_u8().await
    };
    match timeout(HOUR, read).await {
        Ok(answer) => say(format!("an answer: {}", answer.is_ok())),
        Err(_) => say("no answer: with nothing to do, the clock has jumped to the limit"),
    }

    step("A blocking call takes 0.1 s, and the limit is an hour");
    let blocking = tokio::task::spawn_blocking(|| thread::sleep(Duration::from_millis(100)));
    match timeout(HOUR, blocking).await {
        Ok(_) => say("it is done: of this the runtime knows, and the clock waits for it"),
        Err(_) => say("it is late"),
    }
}

fn on_async_std() {
    async_std::task::block_on(with_a_timer_of_our_own()); // its clock cannot be stopped
}

fn on_smol() {
    smol::block_on(with_a_timer_of_our_own()); // its clock cannot be stopped
}
