//! `hinomi demo`: a portal, a sensor and traffic with attacks in it, on this machine.
//!
//! Portal and sensor are processes of their own, as in an office; the sensor reads the drill's
//! frames from a pipe, as they come. A process that dies is started again: killing one is part
//! of the show.

use crate::signals;
use anyhow::{Context, Result, bail};
use clap::Args;
use drill::{Attack, Plan};
use event::Language;
use portal::identity::NewUser;
use portal::{Portal, Role, Settings};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Opens a portal on this machine, with a sensor that watches drill traffic: office life and
/// many kinds of attacks, the first within a minute. Needs no privileges and touches nothing but its
/// own folder. Ctrl-C ends everything.
#[derive(Args)]
pub struct Options {
    /// Port for the browser [default: 8080, or a free one if it is taken]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// What the traffic is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds over which the attacks are spread
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(60..=86_400))]
    duration: u64,
    /// Play so many times faster
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    speed: f64,
    /// Keep everything in this folder instead of one that goes away at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Password of the demo's user [default: made up]
    #[arg(long, env = "HINOMI_DEMO_PASSWORD", hide = true)]
    password: Option<String>,
}

const EMAIL: &str = "demo@hinomi.example";
const PATIENCE: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(100);

pub fn run(options: Options) -> Result<ExitCode> {
    if !(options.speed.is_finite() && options.speed > 0.0) {
        bail!("--speed must be above 0");
    }
    let stop = signals::stop_flag()?;
    let folder = Folder::make(options.data.clone())?;
    let browsers = address(options.port)?;
    let sensors = free_address()?;
    let password = match options.password.clone() {
        Some(password) => password,
        None => random_password()?,
    };
    let settings = Settings {
        listen: browsers,
        link_listen: sensors,
        data_dir: folder.path.join("portal"),
        ..Settings::default()
    };
    let code = prepare(settings, &password)?;
    let places = Places {
        browsers,
        sensors,
        folder: folder.path.clone(),
        code,
    };

    let mut portal = Supervised::start("portal", places.portal(), &stop)?;
    wait_for(browsers, &stop)?;
    let mut sensor = Supervised::start("sensor", places.sensor(), &stop)?;
    let feeder = Feeder {
        plan: plan(&options),
        speed: options.speed,
        begun: Instant::now(),
    };
    feeder.feed(&mut sensor, &stop);

    println!("\n  Hinomi is watching.\n");
    println!("    address   http://{browsers}/");
    println!("    sign in   {EMAIL}");
    println!("    password  {password}\n");
    println!(
        "  Traffic of an office of {} machines is being played, with {} attacks in it; the first incident",
        feeder.plan.hosts,
        Attack::ALL.len()
    );
    println!("  shows within a minute. Ctrl-C ends everything.\n");
    io::stdout().flush()?;

    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(STEP);
        portal.restart_if_dead()?;
        if sensor.restart_if_dead()? {
            feeder.feed(&mut sensor, &stop);
        }
    }
    println!("\nending ...");
    sensor.end();
    portal.end();
    Ok(ExitCode::SUCCESS)
}

fn plan(options: &Options) -> Plan {
    Plan {
        seed: options.seed,
        start_nanos: signals::now().nanos(),
        duration: Duration::from_secs(options.duration),
        ..Plan::default()
    }
    .with_attacks(Attack::ALL)
}

/// A customer, a person and a sensor in a fresh portal; gives the sensor's enrolment code. With a
/// folder of before they are there already.
fn prepare(settings: Settings, password: &str) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let portal = Portal::open(settings)
            .await
            .context("cannot open the demo's portal")?;
        let tenant = portal.create_tenant("Demo Office / デモ商事").await?;
        let user = NewUser {
            email: EMAIL.to_owned(),
            name: "Demo".to_owned(),
            password: password.to_owned(),
            role: Role::Administrator,
            language: Language::Ja,
        };
        portal
            .create_user(tenant, user)
            .await
            .context("use a new folder for each demo")?;
        Ok(portal
            .create_sensor(tenant, "Demo sensor", "1F")
            .await?
            .enrolment_secret)
    })
}

/// The demo's folder; goes away at the end unless the user chose it.
struct Folder {
    path: PathBuf,
    passing: bool,
}

impl Folder {
    fn make(chosen: Option<PathBuf>) -> Result<Self> {
        let passing = chosen.is_none();
        let path = chosen.unwrap_or_else(|| {
            std::env::temp_dir().join(format!("hinomi-demo-{}", std::process::id()))
        });
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path, passing })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.passing {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn address(port: Option<u16>) -> Result<SocketAddr> {
    let wanted = SocketAddr::from(([127, 0, 0, 1], port.unwrap_or(8080)));
    match (TcpListener::bind(wanted), port) {
        (Ok(listener), _) => Ok(listener.local_addr()?),
        (Err(_), None) => free_address(),
        (Err(error), Some(port)) => bail!("port {port} cannot be used: {error}"),
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 9];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn wait_for(address: SocketAddr, stop: &AtomicBool) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > PATIENCE || stop.load(Ordering::Relaxed) {
            bail!("the portal does not answer at {address}");
        }
        std::thread::sleep(STEP);
    }
    Ok(())
}

/// Where everything is.
struct Places {
    browsers: SocketAddr,
    sensors: SocketAddr,
    folder: PathBuf,
    code: String,
}

impl Places {
    fn portal(&self) -> Command {
        let mut command = own_command("portal", &self.folder);
        command
            .arg("--data")
            .arg(self.folder.join("portal"))
            .args(["--listen", &self.browsers.to_string()])
            .args(["--link-listen", &self.sensors.to_string()])
            .stdin(Stdio::null());
        command
    }

    fn sensor(&self) -> Command {
        let mut command = own_command("sensor", &self.folder);
        command
            .args(["--capture", "-", "--workers", "1"])
            .args(["--portal", &self.sensors.to_string()])
            .arg("--data")
            .arg(self.folder.join("sensor"))
            .env("HINOMI_ENROLMENT_CODE", &self.code)
            .stdin(Stdio::piped());
        command
    }
}

/// This program with another command, in a process group of its own so that Ctrl-C reaches only
/// us, writing to a log in the demo's folder.
fn own_command(name: &str, folder: &Path) -> Command {
    use std::os::unix::process::CommandExt;
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("hinomi"));
    let mut command = Command::new(program);
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(format!("{name}.log")));
    command.arg(name).process_group(0).stdout(Stdio::null());
    command.stderr(log.map_or_else(|_| Stdio::null(), Stdio::from));
    command
}

/// A process that is started again when it dies.
struct Supervised {
    name: &'static str,
    command: Command,
    child: Child,
    stop: Arc<AtomicBool>,
}

impl Supervised {
    fn start(name: &'static str, mut command: Command, stop: &Arc<AtomicBool>) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("cannot start the {name}"))?;
        Ok(Self {
            name,
            command,
            child,
            stop: Arc::clone(stop),
        })
    }

    fn restart_if_dead(&mut self) -> Result<bool> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(false);
        };
        if self.stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        println!("  the {} ended ({status}); starting it again", self.name);
        // Not in a hurry: what dies at once would be started over and over.
        std::thread::sleep(Duration::from_millis(500));
        self.child = self
            .command
            .spawn()
            .with_context(|| format!("cannot start the {}", self.name))?;
        Ok(true)
    }

    /// Politely at first.
    fn end(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id())
            && let Some(pid) = rustix::process::Pid::from_raw(pid)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(STEP);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

/// Plays the drill into the sensor's standard input: what is past at once, the rest when its
/// time comes. A sensor that was started again gets it from the beginning.
struct Feeder {
    plan: Plan,
    speed: f64,
    begun: Instant,
}

impl Feeder {
    fn feed(&self, sensor: &mut Supervised, stop: &Arc<AtomicBool>) {
        let Some(pipe) = sensor.child.stdin.take() else {
            return;
        };
        let (plan, speed, begun, stop) = (self.plan.clone(), self.speed, self.begun, stop.clone());
        std::thread::spawn(move || {
            // An error means that the sensor is gone: it is started again with a new pipe.
            let _ = play(&plan, speed, begun, pipe, &stop);
        });
    }
}

fn play(
    plan: &Plan,
    speed: f64,
    begun: Instant,
    pipe: ChildStdin,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut writer = capture::PcapWriter::new(BufWriter::new(pipe), 1)?;
    for (number, packet) in (1..).zip(plan.packets()) {
        let offset = packet.time_nanos.saturating_sub(plan.start_nanos).max(0);
        let due = Duration::from_nanos(offset as u64).div_f64(speed);
        if begun.elapsed() < due {
            writer.flush()?;
        }
        while begun.elapsed() < due {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            std::thread::sleep(due.saturating_sub(begun.elapsed()).min(STEP));
        }
        writer.write(&capture::Frame {
            time_nanos: packet.time_nanos,
            number,
            link: 1,
            bytes: &packet.bytes,
            original_len: u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX),
            checksums_ready: true,
        })?;
    }
    writer.flush()?;
    // The pipe stays open: an end of file would end the sensor.
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(STEP);
    }
    Ok(())
}
