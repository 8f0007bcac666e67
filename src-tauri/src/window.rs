//! The window, and where its page may go: nowhere but itself.
//!
//! A link that leaves the page would take the work away with it, so the web view follows none. Telephone links go to
//! whatever the system dials with (R15); everything else is dropped.

use crate::desk::Desk;
use tauri::{AppHandle, Manager, Runtime, Url, WebviewWindowBuilder, webview::PageLoadEvent};
use tauri_plugin_opener::OpenerExt;

/// Opens the windows of `tauri.conf.json`.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    for window in &app.config().app.windows {
        let dialler = app.clone();
        WebviewWindowBuilder::from_config(app, window)?
            .on_navigation(move |url| {
                if url.scheme() == "tel" {
                    dial(&dialler, url);
                }
                is_own_page(url)
            })
            .on_page_load(|window, load| {
                // Before a page's first word: what the one before it had open must not go on for nobody.
                if load.event() == PageLoadEvent::Started
                    && let Some(desk) = window.try_state::<Desk>()
                {
                    desk.page_left();
                }
            })
            .build()?;
    }
    Ok(())
}

/// Whether an address is the desk's own page. The development server counts only where there is one.
fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        ("http", Some("localhost")) => tauri::is_dev(),
        _ => false,
    }
}

/// Hands a number to the system's own way of dialling. A computer without one does nothing.
fn dial<R: Runtime>(app: &AppHandle<R>, number: &Url) {
    if let Err(error) = app.opener().open_url(number.as_str(), None::<&str>) {
        tracing::info!(%error, "nothing to dial with");
    }
}

#[cfg(test)]
mod tests {
    use super::is_own_page;

    #[test]
    fn the_page_goes_nowhere_but_itself() {
        for own in ["tauri://localhost/", "http://tauri.localhost/index.html"] {
            assert!(is_own_page(&own.parse().unwrap()), "{own}");
        }
        for other in [
            "tel:13826004417",
            "https://example.com/",
            "https://tauri.localhost.example.com/",
            "about:blank",
            "data:text/html,x",
            "file:///etc/passwd",
            "lanedesk://localhost/api/pictures/x",
        ] {
            assert!(!is_own_page(&other.parse().unwrap()), "{other}");
        }
    }
}
