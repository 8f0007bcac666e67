//! An arm that does what the test says.

use async_trait::async_trait;
use lanedesk_devices::{Barrier, DeviceError, Permit};
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// What the device does with an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Answer {
    /// Moves and says yes.
    #[default]
    Yes,
    /// Waits until the test lets go, then looks whether it still may, and moves.
    Hold,
    /// Says no.
    Refuse,
    /// Moves; the answer is lost.
    MoveAndLose,
}

/// The arm.
#[derive(Debug)]
pub(super) struct Arm {
    answer: Mutex<Answer>,
    moved: AtomicUsize,
    asked: watch::Sender<bool>,
    free: watch::Sender<bool>,
}

impl Default for Arm {
    fn default() -> Self {
        Self {
            answer: Mutex::default(),
            moved: AtomicUsize::new(0),
            asked: watch::Sender::new(false),
            free: watch::Sender::new(false),
        }
    }
}

impl Arm {
    /// What it does from now on.
    pub(super) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Waits until an order has come.
    pub(super) async fn asked(&self) {
        self.asked.subscribe().wait_for(|asked| *asked).await.unwrap();
    }

    /// Lets a held order go on.
    pub(super) fn let_go(&self) {
        self.free.send_replace(true);
    }

    /// How often it moved.
    pub(super) fn moved(&self) -> usize {
        self.moved.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Barrier for Arm {
    async fn order(&self, _: BarrierAction, permit: &dyn Permit) -> Result<(), DeviceError> {
        let answer = *self.answer.lock().unwrap();
        self.asked.send_replace(true);
        if answer == Answer::Hold {
            self.free.subscribe().wait_for(|free| *free).await.unwrap();
        }
        permit.check().await?;
        if answer == Answer::Refuse {
            return Err(DeviceError::Refused { words: "notSupport".to_owned() });
        }
        self.moved.fetch_add(1, Ordering::SeqCst);
        match answer {
            Answer::MoveAndLose => Err(DeviceError::Unanswered("reply lost")),
            _ => Ok(()),
        }
    }

    async fn state(&self) -> Result<BarrierState, DeviceError> {
        Ok(match self.moved() {
            0 => BarrierState::Closed,
            _ => BarrierState::Open,
        })
    }
}
