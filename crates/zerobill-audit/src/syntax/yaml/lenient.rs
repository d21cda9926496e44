//! Lines that YAML wants further in: brackets and quoted texts that go on at the left margin, as CloudFormation lets them.

/// What a line is indented by. It is more than any template is deep, and inside brackets and quotes it means nothing.
const INDENT: &str = "                                                                                ";

/// How often a text is mended, and how much is read for that altogether.
const MOST_REPAIRS: usize = 500;
const MOST_BYTES: usize = 100_000_000;

/// A text that is being mended. Its lines keep their numbers.
#[derive(Debug)]
pub(super) struct Lenient {
    text: String,
    repairs: usize,
}

/// What is not indented enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dedent {
    /// A line inside of brackets, counted from 1.
    Line(usize),
    /// A quoted text that begins at this character.
    Quoted(usize),
}

impl Dedent {
    /// The same from what the parser says.
    pub(super) fn of(message: &str, line: usize, character: usize) -> Option<Self> {
        match message {
            "invalid indentation" | "invalid indentation in flow construct" => Some(Self::Line(line)),
            "invalid indentation in quoted scalar" => Some(Self::Quoted(character)),
            _ => None,
        }
    }
}

impl Lenient {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            repairs: 0,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Indents what is named; false if there is nothing to indent, or if it was tried too often.
    pub(super) fn mend(&mut self, dedent: Dedent) -> bool {
        self.repairs += 1;
        if self.repairs > MOST_REPAIRS || self.repairs.saturating_mul(self.text.len()) > MOST_BYTES {
            return false;
        }
        let (first, last) = match dedent {
            Dedent::Line(line) => (line, line),
            Dedent::Quoted(character) => match quoted(&self.text, character) {
                Some(lines) => lines,
                None => return false,
            },
        };
        let indented = self.text.lines().enumerate().map(|(place, line)| {
            let inside = (first..=last).contains(&(place + 1)) && !line.trim().is_empty();
            let indent = if inside { INDENT } else { "" };
            format!("{indent}{line}\n")
        });
        self.text = indented.fold(String::new(), |text, line| text + &line);
        first <= last
    }
}

/// The lines on which a quoted text goes on, from the character at which it begins.
fn quoted(text: &str, start: usize) -> Option<(usize, usize)> {
    let first = text.chars().take(start).filter(|letter| *letter == '\n').count() + 1;
    let mut letters = text.chars().skip(start);
    let quote = letters.next().filter(|letter| ['\'', '"'].contains(letter))?;
    let (mut line, mut escaped) = (first, false);
    for letter in letters {
        match letter {
            '\n' => line += 1,
            '\\' if quote == '"' && !escaped => {
                escaped = true;
                continue;
            }
            // A doubled single quote ends the text and begins it again at once, which comes to the same lines.
            letter if letter == quote && !escaped => break,
            _ => {}
        }
        escaped = false;
    }
    Some((first + 1, line))
}

#[cfg(test)]
mod tests {
    use super::{Dedent, Lenient, quoted};

    #[test]
    fn a_quoted_text_ends_at_its_quote() {
        assert_eq!(quoted("a: 'b\nc\n' d\n", 3), Some((2, 3)));
        assert_eq!(quoted("a: \"b\\\"\nc\" d\n", 3), Some((2, 2)));
        assert_eq!(quoted("a: b", 3), None);
        assert_eq!(quoted("a: 'b'", 3), Some((2, 1)));
    }

    #[test]
    fn only_the_lines_named_are_indented() {
        let mut lenient = Lenient::new("a: [\nb\n]\n");
        assert!(lenient.mend(Dedent::Line(3)));
        let lines: Vec<&str> = lenient.text().lines().collect();
        assert_eq!((lines[0], lines[1], lines[2].trim()), ("a: [", "b", "]"));
        assert!(lines[2].starts_with("   "));
        assert!(!lenient.mend(Dedent::Quoted(0)));
    }
}
