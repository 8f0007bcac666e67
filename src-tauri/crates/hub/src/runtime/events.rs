//! What a camera tells by itself over the connection we hold open.

use super::OpenDevice;
use crate::{
    error::Error,
    hub::Hub,
    ops::read::{self, Cause},
    store::StoreError,
};
use lanedesk_devices::{CameraNews, EventSource, PlateRead};
use std::{future::pending, time::Duration};
use tokio::sync::mpsc;

/// Reads that may wait for the records before the camera's connection is no longer read.
const WAITING: usize = 64;

/// Listens for ever; a camera that is not listened to gives nothing.
pub(super) async fn listen(hub: &Hub, opened: &OpenDevice) {
    let camera = opened
        .device()
        .and_then(|device| device.plate_camera())
        .filter(|camera| camera.event_source() == EventSource::Pull);
    let Some(camera) = camera else {
        return pending().await;
    };
    let (told, news) = mpsc::channel(WAITING);
    tokio::join!(camera.watch(told), take_all(hub, opened, news));
}

async fn take_all(hub: &Hub, opened: &OpenDevice, mut news: mpsc::Receiver<CameraNews>) {
    // A connection that ends once and stands again at once is the way of some cameras, not a lost device.
    let mut downs = 0_u32;
    while let Some(news) = news.recv().await {
        match news {
            CameraNews::Up => {
                downs = 0;
                let _ = opened.noted(Ok(()));
            }
            CameraNews::Down(error) => {
                downs += 1;
                tracing::debug!(device = %opened.id(), %error, "event stream down");
                if downs > 1 {
                    let _ = opened.noted::<()>(Err(error));
                }
            }
            CameraNews::Read(read) => take_one(hub, opened, *read).await,
        }
    }
}

/// Keeps one read. While the records cannot be written it is tried again: the camera would not tell it again.
async fn take_one(hub: &Hub, opened: &OpenDevice, read: PlateRead) {
    loop {
        match read::take(hub, opened, read.clone(), Cause::Event).await {
            Ok(_) => return,
            Err(Error::Store(error @ (StoreError::Unavailable(_) | StoreError::Conflict(_)))) => {
                tracing::warn!(device = %opened.id(), %error, "a read waits for the records");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => {
                tracing::error!(device = %opened.id(), %error, "a read was lost");
                return;
            }
        }
    }
}
