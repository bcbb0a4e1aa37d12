//! One HTTP connection, driven by the page that waits for its bytes.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use futures::io::{AsyncRead, AsyncWrite};
use hyper::body::{Body as _, Bytes, Frame, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};

use crate::socket::Socket;
use crate::wake_flag::WakeFlag;

/// Headers that a connection takes at first: more than most servers send.
pub(crate) const FEW_HEADERS: usize = 256;

/// Headers that it takes if it has to. Browsers count no lines, and limit the bytes of a head, as hyper
/// does by its buffer of 400 KB: this is more lines than fit there, unless they are shorter than any
/// that are of use. hyper makes room for all of them whenever it reads a head, be it a `100 Continue`.
pub(crate) const MANY_HEADERS: usize = 16 * 1024;

/// A request without a body: a scraper has none to send.
type NoBody = String;

/// A connection that hyper speaks HTTP/1.1 over.
///
/// hyper hands out two halves: a sender of requests, and a future that does the work and is meant to
/// be spawned as a task. Here the page that wants the bytes polls that future itself, when it was
/// woken.
pub(crate) struct Connection<S: AsyncRead + AsyncWrite + Unpin> {
    sender: http1::SendRequest<NoBody>,
    /// Until the connection is closed.
    driver: Option<http1::Connection<Socket<S>, NoBody>>,
    /// Set when the driver is to be polled.
    flag: Arc<WakeFlag>,
    waker: Waker,
    /// The socket's flags.
    readable: Arc<WakeFlag>,
    drained: Arc<AtomicBool>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// HTTP over this stream, with heads of so many lines at most. Nothing is sent yet.
    pub(crate) async fn new(stream: S, max_headers: usize) -> hyper::Result<Self> {
        let socket = Socket::new(stream);
        let (flag, waker) = WakeFlag::new();
        let (readable, drained) = socket.flags();
        // What real servers send, and browsers and curl accept.
        let mut http = http1::Builder::new();
        http.max_headers(max_headers)
            .title_case_headers(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true);
        let (sender, driver) = http.handshake(socket).await?;
        Ok(Self { sender, driver: Some(driver), flag, waker, readable, drained })
    }

    /// Sends a request, and waits for the head of the response.
    pub(crate) async fn send(
        &mut self,
        request: Request<NoBody>,
    ) -> hyper::Result<Response<Incoming>> {
        let mut response = pin!(self.sender.send_request(request));
        poll_fn(|context| self.drive_until(context, |context| response.as_mut().poll(context)))
            .await
    }

    /// The next piece of a response's body.
    pub(crate) fn poll_body(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = Pin::new(&mut *body).poll_frame(context); // makes the driver read more
        if frame.is_ready() {
            return frame;
        }
        self.drive_until(context, |context| Pin::new(&mut *body).poll_frame(context))
    }

    /// Whether the next request can be sent: the response before it is complete, and the server has
    /// neither closed the connection nor sent anything without a request.
    pub(crate) fn is_idle(&mut self, context: &mut Context<'_>) -> bool {
        self.drive(context);
        self.driver.is_some() && self.sender.is_ready()
    }

    /// The same for a connection that has been idle: reads from its socket, too.
    pub(crate) fn is_still_idle(&mut self, context: &mut Context<'_>) -> bool {
        self.read_on();
        self.is_idle(context) && self.is_idle(context) // the first time, the socket may have yielded
    }

    /// Drives the connection until there is what `poll` waits for, or nothing more to read.
    fn drive_until<T>(
        &mut self,
        context: &mut Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        loop {
            self.drive(context);
            let ready = poll(context);
            if ready.is_ready() || !self.drained.load(Ordering::Relaxed) {
                return ready;
            }
            self.read_on();
        }
    }

    /// Makes the next `drive` read from the socket.
    fn read_on(&self) {
        self.drained.store(false, Ordering::Relaxed);
        self.readable.set();
        self.flag.set();
    }

    /// Lets hyper do what can be done now. An error of it reaches the request, too.
    fn drive(&mut self, context: &mut Context<'_>) {
        if self.flag.take(context)
            && let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(&mut Context::from_waker(&self.waker)).is_ready()
        {
            self.driver = None;
        }
    }
}
