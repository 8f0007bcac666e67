//! `lanedesk-hub`: serve, and everything around it that needs no running hub.

use clap::{Parser, Subcommand};
use lanedesk_hub::{
    audit, backup,
    clock::Clock,
    hub::Hub,
    ops::site,
    serve::{Config, key_named, open_checked_vault},
    store::Store,
    tls::TlsFiles,
    vault,
};
use lanedesk_wire::audit::AuditHead;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

/// What went wrong, told on stderr.
type Failure = Box<dyn std::error::Error>;

/// The one place that owns lanes, orders, records and field devices.
#[derive(Debug, Parser)]
#[command(name = "lanedesk-hub", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// sqlite:PATH or postgres://…
    #[arg(
        long,
        global = true,
        env = "LANEDESK_DATABASE",
        default_value = "sqlite:lanedesk.db",
        hide_env_values = true
    )]
    database: String,
    /// Folder of pictures, or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME` with `AWS_ACCESS_KEY_ID` and
    /// `AWS_SECRET_ACCESS_KEY` in the environment.
    #[arg(long, global = true, env = "LANEDESK_OBJECTS")]
    objects: Option<String>,
    /// File with the keys that seal pictures and secrets, one a line, newest first; made where it is missing. In the
    /// environment the keys themselves may stand instead.
    #[arg(long, global = true, env = "LANEDESK_KEY", hide_env_values = true)]
    key: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the hub.
    Serve {
        /// Where to listen.
        #[arg(long, env = "LANEDESK_LISTEN", default_value = "127.0.0.1:8470")]
        listen: SocketAddr,
        /// Site file to import first.
        #[arg(long, env = "LANEDESK_SITE")]
        site: Option<PathBuf>,
        /// A proxy of ours stands before the hub and writes X-Forwarded-For.
        #[arg(long, env = "LANEDESK_BEHIND_PROXY")]
        behind_proxy: bool,
        /// Certificate chain for HTTPS, PEM. A renewed file is taken up while the hub runs.
        #[arg(long, env = "LANEDESK_TLS_CERT", requires = "tls_key")]
        tls_cert: Option<PathBuf>,
        /// Its private key, PEM.
        #[arg(
            long,
            env = "LANEDESK_TLS_KEY",
            requires = "tls_cert",
            hide_env_values = true
        )]
        tls_key: Option<PathBuf>,
        /// Speak plain HTTP with other machines too: only where a proxy of yours speaks HTTPS before the hub.
        #[arg(long, env = "LANEDESK_PLAIN_HTTP")]
        plain_http: bool,
    },
    /// Take a site file in, whole or not at all.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Write the site as a site file to stdout. It holds device passwords and keys, but no passwords of people.
    Export,
    /// Check that no audit row was changed or removed.
    VerifyAudit {
        /// Signed head to check against.
        #[arg(long)]
        head: Option<PathBuf>,
    },
    /// Copy database and objects (SQLite). The key is not copied.
    Backup {
        /// An empty or new folder.
        dir: PathBuf,
    },
    /// Put a backup back (SQLite). Stop the hub first.
    Restore {
        /// The backup's folder.
        dir: PathBuf,
    },
    /// Seal everything under a new key. It is added to the key file, then secrets and pictures are sealed anew, now, while
    /// the hub may run: it finds the new key by itself within ten minutes. Several hubs need the new file first:
    /// `--only add`, copy it, `--only reseal`. Then the old lines may be removed from the file.
    RotateKey {
        /// One step alone.
        #[arg(long, value_enum)]
        only: Option<RotateStep>,
    },
    /// After restoring PostgreSQL with its own tools: make old fences, sessions and stream places worthless.
    RaiseFences,
}

/// The steps of `rotate-key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum RotateStep {
    /// Add a new key to the key file.
    Add,
    /// Seal anew what is not under the newest key.
    Reseal,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("LANEDESK_LOG");
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter.unwrap_or_else(|_| "info".into()))
        .init();
    match run(args).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("lanedesk-hub: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<ExitCode, Failure> {
    let Args {
        command,
        database,
        objects,
        key,
    } = args;
    let objects_given = objects.as_deref();
    match command {
        Command::Serve {
            listen,
            site,
            behind_proxy,
            tls_cert,
            tls_key,
            plain_http,
        } => {
            let objects = objects.unwrap_or_else(|| "lanedesk-objects".to_owned());
            let config = Config {
                database,
                listen,
                objects,
                key,
                clock: Clock::system(),
                behind_proxy,
                tls: tls_cert
                    .zip(tls_key)
                    .map(|(certificate, key)| TlsFiles { certificate, key }),
                plain_http,
            };
            serve(config, site).await?;
        }
        Command::Import { file } => {
            import(&database, objects_given, key, &file).await?;
        }
        Command::Export => {
            let store = Store::open(&database).await?;
            let vault =
                open_checked_vault(&store, &database, objects_given, key.as_deref()).await?;
            print!("{}", site::export(&store, &vault).await?.to_toml());
        }
        Command::VerifyAudit { head } => return verify_audit(&database, head).await,
        Command::Backup { dir } => {
            backup::backup(&database, objects_given, &dir).await?;
            let pictures = if objects_given.is_some() {
                ""
            } else {
                "; without pictures: no --objects given"
            };
            println!(
                "backed up to {}{pictures}. The key is not in it.",
                dir.display()
            );
        }
        Command::Restore { dir } => {
            backup::restore(&database, objects_given, &dir).await?;
            println!(
                "restored from {}; what was there is kept as *.before-restore",
                dir.display()
            );
        }
        Command::RotateKey { only } => rotate_key(&database, objects_given, key, only).await?,
        Command::RaiseFences => backup::raise_fences(&Store::open(&database).await?).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config, site: Option<PathBuf>) -> Result<(), Failure> {
    if let Some(site) = site {
        import(
            &config.database,
            Some(&config.objects),
            config.key.clone(),
            &site,
        )
        .await?;
    }
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let running = Hub::start(config).await?;
    tracing::info!(addr = %running.addr, database = running.hub.store().engine(), "listening");
    println!("listening on {scheme}://{}", running.addr);
    asked_to_stop().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

async fn import(
    database: &str,
    objects: Option<&str>,
    key: Option<PathBuf>,
    file: &std::path::Path,
) -> Result<(), Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let store = Store::open(database).await?;
    let vault = open_checked_vault(&store, database, objects, key.as_deref()).await?;
    let imported = site::import(&store, &vault, Clock::system().now(), &text).await;
    store.close().await;
    let imported = imported.map_err(|error| format!("{}: {error}", file.display()))?;
    eprintln!("{}: {} rows taken in", file.display(), imported.rows);
    for shared in imported.shared_barriers {
        eprintln!("  look: {shared}");
    }
    for username in imported.without_password {
        eprintln!("  {username} is new and has no password: nobody can log in with it yet");
    }
    Ok(())
}

async fn rotate_key(
    database: &str,
    objects: Option<&str>,
    key: Option<PathBuf>,
    only: Option<RotateStep>,
) -> Result<(), Failure> {
    let file = key_named(database, objects, key.as_deref())?;
    let objects = objects.or(Some("lanedesk-objects"));
    let store = Store::open(database).await?;
    // The keys there are must fit before another is added.
    let mut vault = open_checked_vault(&store, database, objects, Some(&file)).await?;
    if only != Some(RotateStep::Reseal) {
        if vault::inline(&file).is_some() {
            return Err(
                "the keys come from the environment: put a new one first among them there, \
                start every hub with it, then `rotate-key --only reseal`"
                    .into(),
            );
        }
        println!("key {} added to {}", vault::add_key(&file)?, file.display());
        vault = open_checked_vault(&store, database, objects, Some(&file)).await?;
    }
    if only != Some(RotateStep::Add) {
        let done = vault::reseal(&store, &vault, Clock::system().now()).await?;
        println!(
            "under key {}: {} secrets and {} pictures sealed anew; {} could not be opened and stay as they are",
            vault.newest(),
            done.secrets,
            done.objects,
            done.damaged
        );
    }
    store.close().await;
    Ok(())
}

async fn verify_audit(database: &str, head: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let head = head.map(|path| read_head(&path)).transpose()?;
    let store = Store::open(database).await?;
    let checked = audit::verify(&mut store.read().await?.conn(), head.as_ref()).await;
    store.close().await;
    match checked {
        Ok(rows) => println!("{rows} audit rows hold"),
        Err(audit::Fault::Store(error)) => return Err(error.into()),
        Err(fault) => {
            println!("{fault}");
            return Ok(ExitCode::FAILURE);
        }
    }
    if let Some(head) = head {
        println!(
            "nothing before {} was changed; signed with {}",
            head.at, head.public_key
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn read_head(path: &std::path::Path) -> Result<AuditHead, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text)
        .map_err(|error| format!("{}: not a head: {error}", path.display()).into())
}

/// Ctrl-C, or SIGTERM where there is one.
async fn asked_to_stop() {
    #[cfg(unix)]
    if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
        return;
    }
    // Without a handler the process is ended the hard way, which loses nothing that was answered.
    let _ = tokio::signal::ctrl_c().await;
}
