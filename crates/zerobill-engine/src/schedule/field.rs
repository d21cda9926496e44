//! One field of a cron expression whose values are a range of numbers, some of them with names.

/// The values a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Whether the value at `index + first` is taken.
    taken: Vec<bool>,
    first: u16,
}

/// What a field is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) name: &'static str,
    pub(super) first: u16,
    pub(super) last: u16,
    /// The names of the values from the first one on.
    pub(super) names: &'static [&'static str],
}

impl Range {
    /// `*`, `5`, `1-5`, `MON-FRI`, `0/15`, `*/15`, `1-30/5`, and lists of them.
    pub(super) fn parse(self, text: &str) -> Result<Field, String> {
        let mut taken = vec![false; usize::from(self.last - self.first) + 1];
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step)),
                None => (part, None),
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (self.first, self.last),
                Some((from, to)) => (self.value(from)?, self.value(to)?),
                None => {
                    let from = self.value(range)?;
                    // With a step, a single value is where it begins.
                    (from, if step.is_some() { self.last } else { from })
                }
            };
            let step = match step.map(str::parse::<usize>) {
                None => 1,
                Some(Ok(step)) if step > 0 => step,
                Some(_) => return Err(self.wrong(part)),
            };
            let (from, to) = (usize::from(from - self.first), usize::from(to - self.first));
            if from <= to {
                taken[from..=to]
                    .iter_mut()
                    .step_by(step)
                    .for_each(|taken| *taken = true);
            } else {
                // `FRI-MON` goes over the end.
                let around = (from..taken.len()).chain(0..=to).step_by(step);
                around.collect::<Vec<_>>().into_iter().for_each(|at| taken[at] = true);
            }
        }
        Ok(Field {
            taken,
            first: self.first,
        })
    }

    /// A number, or a name in any case.
    pub(super) fn value(self, text: &str) -> Result<u16, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = named.and_then(|at| u16::try_from(at).ok()).map(|at| at + self.first);
        value
            .or_else(|| text.parse().ok())
            .filter(|value| (self.first..=self.last).contains(value))
            .ok_or_else(|| self.wrong(text))
    }

    pub(super) fn wrong(self, text: &str) -> String {
        let Self { name, first, last, .. } = self;
        format!("`{text}` is no {name}, which is from {first} to {last}")
    }
}

impl Field {
    pub(super) fn has(&self, value: u16) -> bool {
        let at = value.checked_sub(self.first).map(usize::from);
        at.and_then(|at| self.taken.get(at)).is_some_and(|taken| *taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Range = Range {
        name: "day",
        first: 1,
        last: 7,
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    };

    #[test]
    fn values_ranges_steps_and_lists_are_taken() {
        for (text, values) in [
            ("*", vec![1, 2, 3, 4, 5, 6, 7]),
            ("2", vec![2]),
            ("mon,WED", vec![2, 4]),
            ("MON-FRI", vec![2, 3, 4, 5, 6]),
            ("FRI-MON", vec![1, 2, 6, 7]),
            ("2/3", vec![2, 5]),
            ("*/3", vec![1, 4, 7]),
            ("1-4/2,7", vec![1, 3, 7]),
        ] {
            let field = DAY.parse(text).unwrap();
            let taken: Vec<u16> = (0..20).filter(|value| field.has(*value)).collect();
            assert_eq!(taken, values, "{text}");
        }
        for text in ["", "0", "8", "MONDAY", "1-", "-1", "1/0", "1/x", "1,,2", "99999999"] {
            let error = DAY.parse(text).unwrap_err();
            assert!(error.ends_with("is no day, which is from 1 to 7"), "{text}: {error}");
        }
    }
}
