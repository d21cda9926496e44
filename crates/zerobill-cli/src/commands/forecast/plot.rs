//! The month as a picture: how the share of each allowance grows from day to day.

use std::{fmt::Write, path::Path};

use zerobill_free_tier::{Forecast, Month};

use crate::failure::Failure;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 200.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 40.0;

/// Colours that can be told apart without seeing red and green, on white and on black.
const COLOURS: &[&str] = &["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// Each allowance and the share of it that the month uses.
pub(super) fn lines(forecast: &Forecast) -> Vec<(String, f64)> {
    let rows = forecast.rows.iter();
    rows.filter_map(|row| Some((row.offer.what.to_owned(), row.share()?)))
        .collect()
}

/// Draws `lines` into the file.
pub(super) fn write(file: &Path, month: Month, lines: &[(String, f64)]) -> Result<(), Failure> {
    std::fs::write(file, svg(month, lines))
        .map_err(|error| Failure::user(format!("cannot write `{}`: {error}", file.display())))
}

fn svg(month: Month, lines: &[(String, f64)]) -> String {
    // What is far beyond would flatten the rest: it leaves the picture at the top.
    let top = lines.iter().map(|line| line.1).fold(1.2, f64::max).min(2.0);
    let x = |day: f64| LEFT + (WIDTH - LEFT - RIGHT) * day / f64::from(month.days());
    let y = |share: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share / top;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Free tier used in {month}</title>\n\
         <style>svg{{background:#fff;color:#222}}text{{fill:currentColor}}.grid{{stroke:currentColor;opacity:.2}}\
         @media(prefers-color-scheme:dark){{svg{{background:#111;color:#ddd}}}}</style>\n"
    );
    let mut draw = |element: String| _ = writeln!(picture, "{element}");
    for percent in [0, 50, 100, 150, 200]
        .into_iter()
        .filter(|percent| f64::from(*percent) <= top * 100.0)
    {
        let at = y(f64::from(percent) / 100.0);
        let (dashes, end) = if percent == 100 {
            (" stroke-dasharray=\"6 3\" style=\"opacity:1\"", x(month.days().into()))
        } else {
            ("", x(month.days().into()))
        };
        draw(format!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{end:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"{dashes}/>"
        ));
        draw(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{percent} %</text>",
            LEFT - 6.0,
            at + 4.0
        ));
    }
    for day in (1..=month.days()).filter(|day| *day == 1 || day.is_multiple_of(5)) {
        draw(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{day}</text>",
            x(day.into()),
            HEIGHT - BOTTOM + 18.0
        ));
    }
    draw(format!(
        "<text x=\"{LEFT}\" y=\"20\" font-weight=\"bold\">Share of the free tier, {month}</text>"
    ));
    let mut labels: Vec<f64> = Vec::new();
    for (index, (name, share)) in lines.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let last_day = if *share > top {
            f64::from(month.days()) * top / share
        } else {
            month.days().into()
        };
        let end = y(share.min(top));
        draw(format!(
            "<line x1=\"{LEFT}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{end:.1}\" stroke=\"{colour}\" stroke-width=\"2.5\"/>",
            y(0.0),
            x(last_day)
        ));
        // Labels at the right, none on another.
        let mut at = end.clamp(TOP, HEIGHT - BOTTOM);
        while labels.iter().any(|other| (other - at).abs() < 15.0) {
            at -= 15.0;
        }
        labels.push(at);
        draw(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" style=\"fill:{colour}\">{} {:.1} %</text>",
            x(month.days().into()) + 8.0,
            at + 4.0,
            escaped(name),
            share * 100.0
        ));
    }
    picture.push_str("</svg>\n");
    picture
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn november() -> Month {
        "2026-11".parse().unwrap()
    }

    #[test]
    fn a_line_goes_from_nothing_to_its_share() {
        let picture = svg(november(), &[("requests".to_owned(), 0.6)]);
        // 0 % is at 320, 120 % at 36: 60 % half way.
        assert!(
            picture.contains("<line x1=\"56\" y1=\"320.0\" x2=\"520.0\" y2=\"178.0\""),
            "{picture}"
        );
        assert!(picture.contains(">requests 60.0 %</text>"));
    }

    #[test]
    fn what_is_far_beyond_leaves_at_the_top_on_its_day() {
        // Four times the allowance: at 200 % on day 15.
        let picture = svg(november(), &[("requests".to_owned(), 4.0)]);
        assert!(picture.contains("x2=\"288.0\" y2=\"36.0\""), "{picture}");
    }

    #[test]
    fn names_are_text_and_never_markup() {
        let picture = svg(november(), &[("<script>&".to_owned(), 0.1)]);
        assert!(picture.contains("&lt;script&gt;&amp; 10.0 %") && !picture.contains("<script"));
    }
}
