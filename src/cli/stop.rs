//! Being stopped: what is said when somebody presses Ctrl-C in the middle of a long job.
//!
//! Whatever was acknowledged is on the disk, and what was not is absent, so the process may end at any point; what is left
//! is to say so.

use std::sync::Arc;
use std::sync::Mutex;
use std::thread;

use nix::sys::signal::SigSet;
use nix::sys::signal::Signal;

use super::Context;
use super::exit::Failure;

/// What is to be said if the job is stopped now.
#[derive(Debug)]
pub(super) struct Said {
    /// What was stopped.
    pub(super) message: String,
    /// What is kept.
    pub(super) kept: &'static str,
    /// What to do.
    pub(super) hint: &'static str,
}

/// A job that says where it stood when it is stopped.
#[derive(Debug, Clone)]
pub(super) struct Stoppable(Arc<Mutex<Said>>);

impl Stoppable {
    /// Hears of an interrupt from now on. Called before the job starts threads of its own: these do not hear of it, as the
    /// one that waits for it here must.
    pub(super) fn begin(context: &Context, said: Said) -> Self {
        let said = Arc::new(Mutex::new(said));
        let mut interrupt = SigSet::empty();
        interrupt.add(Signal::SIGINT);
        // Where it cannot be held back, it ends the process as it always did.
        if interrupt.thread_block().is_ok() {
            let (said, ui) = (Arc::clone(&said), context.ui.clone());
            thread::spawn(move || {
                if interrupt.wait().is_ok() {
                    if let Ok(said) = said.lock() {
                        Failure::stopped(said.message.clone(), said.kept, said.hint).show(&ui);
                    }
                    std::process::exit(130);
                }
            });
        }
        Self(said)
    }

    /// Changes what is to be said.
    pub(super) fn now(&self, change: impl FnOnce(&mut Said)) {
        if let Ok(mut said) = self.0.lock() {
            change(&mut said);
        }
    }
}
