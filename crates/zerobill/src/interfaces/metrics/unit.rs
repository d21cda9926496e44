//! The units of CloudWatch.

use std::fmt;

use super::error::MetricsError;
use crate::error::suggestion;

/// Turns the list into the enum and its words.
macro_rules! units {
    ($($(#[$doc:meta])* $unit:ident = $word:literal),* $(,)?) => {
        /// A unit as CloudWatch spells it.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum Unit {
            $($(#[$doc])* #[doc = $word] $unit,)*
        }

        /// Every unit.
        const ALL: &[Unit] = &[$(Unit::$unit),*];

        impl Unit {
            /// The word that CloudWatch knows.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$unit => $word,)*
                }
            }
        }
    };
}

units! {
    Seconds = "Seconds",
    Microseconds = "Microseconds",
    Milliseconds = "Milliseconds",
    Bytes = "Bytes",
    Kilobytes = "Kilobytes",
    Megabytes = "Megabytes",
    Gigabytes = "Gigabytes",
    Terabytes = "Terabytes",
    Bits = "Bits",
    Kilobits = "Kilobits",
    Megabits = "Megabits",
    Gigabits = "Gigabits",
    Terabits = "Terabits",
    Percent = "Percent",
    Count = "Count",
    BytesPerSecond = "Bytes/Second",
    KilobytesPerSecond = "Kilobytes/Second",
    MegabytesPerSecond = "Megabytes/Second",
    GigabytesPerSecond = "Gigabytes/Second",
    TerabytesPerSecond = "Terabytes/Second",
    BitsPerSecond = "Bits/Second",
    KilobitsPerSecond = "Kilobits/Second",
    MegabitsPerSecond = "Megabits/Second",
    GigabitsPerSecond = "Gigabits/Second",
    TerabitsPerSecond = "Terabits/Second",
    CountPerSecond = "Count/Second",
    #[default]
    None = "None",
}

impl Unit {
    /// The unit of a word, spelled as CloudWatch does.
    ///
    /// # Errors
    /// [`MetricsError::UnknownUnit`], which names the nearest.
    pub fn parse(word: &str) -> Result<Self, MetricsError> {
        let unknown = || {
            MetricsError::UnknownUnit(
                super::metric::shown(word),
                suggestion(word, ALL.iter().map(|unit| unit.as_str())),
            )
        };
        ALL.iter()
            .find(|unit| unit.as_str() == word)
            .copied()
            .ok_or_else(unknown)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The units of the `metrics` facade. What CloudWatch does not know has none.
impl From<::metrics::Unit> for Unit {
    fn from(unit: ::metrics::Unit) -> Self {
        use ::metrics::Unit as Facade;
        match unit {
            Facade::Count => Self::Count,
            Facade::Percent => Self::Percent,
            Facade::Seconds => Self::Seconds,
            Facade::Milliseconds => Self::Milliseconds,
            Facade::Microseconds => Self::Microseconds,
            Facade::Tebibytes => Self::Terabytes,
            Facade::Gibibytes => Self::Gigabytes,
            Facade::Mebibytes => Self::Megabytes,
            Facade::Kibibytes => Self::Kilobytes,
            Facade::Bytes => Self::Bytes,
            Facade::TerabitsPerSecond => Self::TerabitsPerSecond,
            Facade::GigabitsPerSecond => Self::GigabitsPerSecond,
            Facade::MegabitsPerSecond => Self::MegabitsPerSecond,
            Facade::KilobitsPerSecond => Self::KilobitsPerSecond,
            Facade::BitsPerSecond => Self::BitsPerSecond,
            Facade::CountPerSecond => Self::CountPerSecond,
            Facade::Nanoseconds => Self::None,
        }
    }
}
