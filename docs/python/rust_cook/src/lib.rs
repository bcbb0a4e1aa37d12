//! A Python module of Rust: asyncio awaits a Rust future, and can cancel it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;

/// Counts itself while it lives.
struct Pan;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

impl Pan {
    fn take() -> Self {
        IN_USE.fetch_add(1, Relaxed);
        Self
    }
}

impl Drop for Pan {
    fn drop(&mut self) {
        IN_USE.fetch_sub(1, Relaxed);
    }
}

/// In Python: `await cook("eggs", 0.8)`.
#[pyfunction]
fn cook(py: Python<'_>, dish: String, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    let time = Duration::try_from_secs_f64(seconds);
    let time = time.map_err(|error| PyValueError::new_err(error.to_string()))?;
    future_into_py(py, async move {
        let _pan = Pan::take();
        tokio::time::sleep(time).await;
        Ok(format!("{dish}: ready"))
    })
}

#[pyfunction]
fn pans_in_use() -> usize {
    IN_USE.load(Relaxed)
}

#[pymodule]
fn rust_cook(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(cook, module)?)?;
    module.add_function(wrap_pyfunction!(pans_in_use, module)?)
}
