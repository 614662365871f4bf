//! The log: one line for each event, whatever a stranger puts into a name or a header.

use crate::config::{LogFormat, TelemetrySettings};
use std::io;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{ParseError, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Starts logging, for the whole process.
///
/// # Errors
///
/// Returns the filter's error when the setting cannot be parsed.
pub fn start_log(settings: &TelemetrySettings) -> Result<(), ParseError> {
    let filter = filter(&settings.log)?;
    // Logs go to stderr: stdout is for a command's output.
    let lines = lines(settings.format, io::stderr);
    tracing_subscriber::registry().with(filter).with(lines).init();
    Ok(())
}

/// Keeps what the setting says. One that names no spans, as most do, needs no locks that all requests
/// share whenever one of their spans begins, is entered or ends.
fn filter<S: Subscriber>(setting: &str) -> Result<Box<dyn Layer<S> + Send + Sync>, ParseError> {
    if !setting.contains('[')
        && let Ok(targets) = setting.parse::<Targets>()
    {
        return Ok(targets.boxed());
    }
    Ok(EnvFilter::try_new(setting)?.boxed())
}

/// Writes events as lines. JSON escapes what would break a line; in text, the writer does.
fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match format {
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(writer).boxed(),
        // Without colours: they are control characters like those of a stranger.
        LogFormat::Text => fmt::layer().with_ansi(false).with_writer(OneLine(writer)).boxed(),
    }
}

/// Escapes all control characters of an event but the line break at its end.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine(self.0.make_writer())
    }
}

impl<W: io::Write> io::Write for OneLine<W> {
    /// Takes a whole event, as it is given.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let mut line = String::with_capacity(event.len());
        for character in text.strip_suffix('\n').unwrap_or(&text).chars() {
            if character.is_control() {
                line.extend(character.escape_default());
            } else {
                line.push(character);
            }
        }
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::Registry;

    /// A name that forges a line, moves the cursor and wipes the screen.
    const HOSTILE: &str = "Ann\r\n2027-01-01T00:00:00Z  INFO worker: all is well\u{1b}[2J\u{1b}[1A";

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged of a hostile name: in a span, in fields of each kind, in the message.
    fn logged(format: LogFormat) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::registry().with(lines(format, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let _request =
                tracing::info_span!("request", path = %HOSTILE, host = HOSTILE).entered();
            tracing::warn!(name = HOSTILE, agent = %HOSTILE, path = ?HOSTILE, "no {HOSTILE}");
        });
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_hostile_name_makes_no_line_and_no_escape_sequence() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let logged = logged(format);
            let line = logged.strip_suffix('\n').unwrap();
            assert!(!line.contains(char::is_control), "{format:?}: {line:?}");
            assert!(line.matches("all is well").count() >= 6, "{format:?}: {line}");
        }
    }

    /// What is logged of four events with this setting.
    fn kept(setting: &str) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::registry()
            .with(filter(setting).unwrap())
            .with(lines(LogFormat::Text, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!("one");
            tracing::debug!("two");
            tracing::info!(target: "other", "three");
            let _request = tracing::info_span!("request").entered();
            tracing::debug!("four");
        });
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_setting_keeps_levels_targets_and_spans_apart() {
        for (setting, expected) in [
            ("info,other=warn", vec!["one"]),
            ("warn,other=info", vec!["three"]),
            ("debug", vec!["one", "two", "three", "four"]),
            ("warn,[request]=debug", vec!["four"]),
            ("off", vec![]),
        ] {
            let logged = kept(setting);
            let words = ["one", "two", "three", "four"];
            let found = words.into_iter().filter(|word| logged.contains(&format!(" {word}")));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{setting}: {logged}");
        }
        assert!(filter::<Registry>("info,other=loud").is_err());
    }

    #[test]
    fn json_stays_json() {
        let line: serde_json::Value = serde_json::from_str(&logged(LogFormat::Json)).unwrap();
        assert_eq!(line["agent"], HOSTILE);
        assert_eq!(line["level"], "WARN");
    }
}
