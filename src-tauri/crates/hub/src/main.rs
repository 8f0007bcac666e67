//! `lanedesk-hub`: serve, and everything around it that needs no running hub.

use clap::{Parser, Subcommand};
use ipnet::IpNet;
use lanedesk_devices::Networks;
use lanedesk_domain::zone::{TIME_ZONE, Zone};
use lanedesk_hub::{
    audit, backup,
    clock::Clock,
    files::keep_to_oneself,
    hub::Hub,
    listen::Limits,
    ops::site,
    origin::parse_network,
    serve::{Config, key_named, open_checked_vault, sqlite_path},
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
    /// Networks devices may be in, divided by commas: the hub asks no others, whatever a row or a name says. Unless given:
    /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and `fc00::/7`, and this machine while `--listen` is on loopback.
    #[arg(long, global = true, env = "LANEDESK_DEVICE_NETWORKS", value_name = "CIDR,…")]
    device_networks: Option<Networks>,
    /// The lots' time zone, as IANA names it: what is shown, exported, counted by hours and days, and read from site files
    /// without a zone. Neither the machine's zone nor the database's has a part in it.
    #[arg(
        long,
        global = true,
        env = "LANEDESK_TIME_ZONE",
        value_name = "NAME",
        default_value = TIME_ZONE
    )]
    time_zone: Zone,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the hub.
    Serve {
        /// Where to listen.
        #[arg(long, env = "LANEDESK_LISTEN", default_value = "127.0.0.1:8470")]
        listen: SocketAddr,
        /// Site file to import first. A row of which it says the same as at the last start stays as it is now, whatever
        /// was changed in the app since.
        #[arg(long, env = "LANEDESK_SITE")]
        site: Option<PathBuf>,
        /// Proxies of ours that stand before the hub: addresses and networks, with commas. Only what they write into
        /// X-Forwarded-For is believed.
        #[arg(
            long,
            env = "LANEDESK_TRUSTED_PROXY",
            value_delimiter = ',',
            value_parser = parse_network,
            value_name = "CIDR"
        )]
        trusted_proxy: Vec<IpNet>,
        /// What it was called before; trusts proxies on this machine.
        #[arg(long, env = "LANEDESK_BEHIND_PROXY", hide = true)]
        behind_proxy: bool,
        /// HTTPS: the files of the certificate chain and of its private key, PEM, with a comma between them. Renewed files
        /// are taken up while the hub runs.
        #[arg(long, env = "LANEDESK_TLS", value_name = "CERT,KEY", hide_env_values = true)]
        tls: Option<TlsFiles>,
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
        /// The public key (hex) that must have signed the head, as it was written down. Where the records are not at hand the
        /// head alone is checked.
        #[arg(long, requires = "head")]
        public_key: Option<String>,
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
    keep_to_oneself();
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
    let Args { command, database, objects, key, device_networks, time_zone } = args;
    time_zone.make_local()?;
    let objects_given = objects.as_deref();
    match command {
        Command::Serve { listen, site, trusted_proxy, behind_proxy, tls, plain_http } => {
            let objects = objects.unwrap_or_else(|| "lanedesk-objects".to_owned());
            let config = Config {
                database,
                listen,
                objects,
                key,
                clock: Clock::system(),
                trusted_proxies: trusted(trusted_proxy, behind_proxy),
                limits: Limits::default(),
                tls,
                plain_http,
                device_networks,
            };
            serve(config, site).await?;
        }
        Command::Import { file } => {
            // A hub that nobody else reaches may have devices on its own machine; which hub will run is not known here.
            let networks = device_networks.unwrap_or_else(Networks::private_and_loopback);
            import(&database, objects_given, key, &networks, &file, false).await?;
        }
        Command::Export => {
            let store = Store::open(&database).await?;
            let vault = open_checked_vault(&store, &database, objects_given, key.as_deref()).await?;
            print!("{}", site::export(&store, &vault).await?.to_toml());
        }
        Command::VerifyAudit { head, public_key } => {
            return verify_audit(&database, head, public_key.as_deref()).await;
        }
        Command::Backup { dir } => {
            backup::backup(&database, objects_given, &dir).await?;
            let pictures = if objects_given.is_some() { "" } else { "; without pictures: no --objects given" };
            println!("backed up to {}{pictures}. The key is not in it.", dir.display());
        }
        Command::Restore { dir } => {
            backup::restore(&database, objects_given, &dir).await?;
            println!("restored from {}; what was there is kept as *.before-restore", dir.display());
        }
        Command::RotateKey { only } => rotate_key(&database, objects_given, key, only).await?,
        Command::RaiseFences => backup::raise_fences(&Store::open(&database).await?).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// `--behind-proxy` said nothing of where the proxy stands: on this machine it goes on being believed.
fn trusted(mut proxies: Vec<IpNet>, behind_proxy: bool) -> Vec<IpNet> {
    if behind_proxy {
        tracing::warn!("--behind-proxy is now --trusted-proxy CIDR,…; proxies on this machine alone are believed");
        let here = ["127.0.0.0/8", "::1"];
        proxies.extend(here.into_iter().filter_map(|here| parse_network(here).ok()));
    }
    proxies
}

async fn serve(config: Config, site: Option<PathBuf>) -> Result<(), Failure> {
    if let Some(site) = site {
        import(&config.database, Some(&config.objects), config.key.clone(), &config.networks(), &site, true).await?;
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
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
    networks: &Networks,
    file: &std::path::Path,
    at_start: bool,
) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let store = Store::open(database).await?;
    let vault = open_checked_vault(&store, database, objects, key.as_deref()).await?;
    let now = Clock::system().now();
    let imported = if at_start {
        site::import_at_start(&store, &vault, networks, now, &text).await
    } else {
        site::import(&store, &vault, networks, now, &text).await
    };
    store.close().await;
    let imported = imported.map_err(|error| format!("{}: {error}", file.display()))?;
    eprintln!("{}: {} rows taken in", file.display(), imported.rows);
    for look in [imported.shared_barriers, imported.weak_keys].concat() {
        eprintln!("  look: {look}");
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
            return Err("the keys come from the environment: put a new one first among them there, \
                start every hub with it, then `rotate-key --only reseal`"
                .into());
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

async fn verify_audit(database: &str, head: Option<PathBuf>, public_key: Option<&str>) -> Result<ExitCode, Failure> {
    let head = head.map(|path| read_head(&path)).transpose()?;
    let away = sqlite_path(database).is_some_and(|file| !file.exists());
    let checked = match (&head, public_key) {
        (Some(head), Some(key)) if away => audit::check_alone(head, key).map(|()| None),
        _ if away => return Err(format!("there is no database {database}").into()),
        _ => {
            let store = Store::open(database).await?;
            let mut reader = store.read().await?;
            let mut conn = reader.conn();
            // Of one moment, as SQLite's readers see it anyway: a hub that goes on writing meanwhile is no forger.
            if conn.is_postgres() {
                let begin = "begin isolation level repeatable read read only";
                conn.execute(begin, vec![]).await?;
            }
            let checked = audit::verify(&mut conn, head.as_ref(), public_key).await;
            drop(reader);
            store.close().await;
            checked.map(Some)
        }
    };
    match checked {
        Ok(whole) => told(head.as_ref(), whole),
        Err(audit::HeadFault::Store(error)) => return Err(error.into()),
        Err(fault) => {
            println!("{fault}");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what was found whole.
fn told(head: Option<&AuditHead>, whole: Option<audit::Extent>) {
    if let Some(whole) = whole {
        println!("{} audit rows hold", whole.audits);
        match whole.rows {
            Some(rows) => println!("{rows} rows of records are as the audit says"),
            None => println!("rows of records are not summed up yet: start the hub once"),
        }
    }
    match (head, whole) {
        (Some(head), Some(_)) => {
            println!("nothing before {} was changed; signed with {}", head.at.local_text(), head.public_key);
        }
        (Some(head), None) => println!(
            "the head of {} holds by itself, signed with {}; there are no records here to hold against it",
            head.at.local_text(),
            head.public_key
        ),
        _ => {}
    }
}

fn read_head(path: &std::path::Path) -> Result<AuditHead, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: not a head: {error}", path.display()).into())
}

/// Ctrl-C, or SIGTERM where there is one.
async fn asked_to_stop() {
    #[cfg(unix)]
    if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
        return;
    }
    // Without a handler the process is ended the hard way, which loses nothing that was answered.
    let _ = tokio::signal::ctrl_c().await;
}
