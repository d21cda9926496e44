//! What each CloudFormation resource type costs by itself, from one table.

use std::{collections::HashMap, sync::LazyLock};

/// What a resource type costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// From the first unit.
    Paid,
    /// Nothing within a limit.
    Limit,
    /// It depends on its properties or its use.
    Depends,
    /// Nothing.
    Free,
    /// It was not found out.
    Unknown,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceClass {
    /// What it costs.
    pub class: Class,
    /// Why, in a few words.
    pub note: &'static str,
}

const TABLE: &str = include_str!("../data/resource_types.txt");

static CLASSES: LazyLock<HashMap<String, ResourceClass>> = LazyLock::new(|| rows().collect());

/// What this type costs; `None` for a type that is not in the table.
pub fn class_of(kind: &str) -> Option<ResourceClass> {
    CLASSES.get(kind).copied()
}

/// All types with what they cost.
pub fn all() -> impl Iterator<Item = (&'static str, ResourceClass)> {
    CLASSES.iter().map(|(kind, class)| (kind.as_str(), *class))
}

/// The table's rows: a line `[class] note`, then lines `Service: Type Type`.
fn rows() -> impl Iterator<Item = (String, ResourceClass)> {
    let mut current = None;
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(move |line| {
            if let Some(head) = line.strip_prefix('[') {
                current = head_of(head);
            }
            let types = current.zip(line.split_once(": ")).filter(|_| !line.starts_with('['));
            types.into_iter().flat_map(|(class, (service, names))| {
                names
                    .split(' ')
                    .map(move |name| (format!("{}{service}::{name}", vendor(service)), class))
            })
        })
}

/// What the table leaves out before a service of AWS.
fn vendor(service: &str) -> &'static str {
    if service.contains("::") { "" } else { "AWS::" }
}

fn head_of(head: &'static str) -> Option<ResourceClass> {
    let (word, note) = head.split_once("] ")?;
    let class = match word {
        "paid" => Class::Paid,
        "limit" => Class::Limit,
        "depends" => Class::Depends,
        "free" => Class::Free,
        _ => Class::Unknown,
    };
    Some(ResourceClass { class, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of each class, so that an edit of the table cannot lose a row.
    #[test]
    fn no_type_is_lost() {
        assert_eq!(rows().count(), 1_897);
        assert_eq!(CLASSES.len(), 1_897, "a type stands in two rows");
        let count = |class| all().filter(|(_, row)| row.class == class).count();
        assert_eq!(count(Class::Paid), 1_162);
        assert_eq!(count(Class::Free), 420);
        assert_eq!(count(Class::Depends), 198);
        assert_eq!(count(Class::Limit), 66);
        assert_eq!(count(Class::Unknown), 51);
        assert!(all().all(|(kind, row)| kind.split("::").count() == 3 && !row.note.is_empty()));
    }

    #[test]
    fn a_type_has_its_class_and_its_note() {
        let gateway = class_of("AWS::EC2::NatGateway").unwrap();
        assert_eq!((gateway.class, gateway.note), (Class::Paid, "$0.045/h + $0.045/GB"));
        assert_eq!(class_of("AWS::IAM::Role").unwrap().class, Class::Free);
        assert_eq!(class_of("AWS::SQS::Queue").unwrap().class, Class::Limit);
        assert_eq!(class_of("AWS::Lambda::Function").unwrap().class, Class::Depends);
        assert_eq!(class_of("AWS::CloudWatch::View").unwrap().class, Class::Unknown);
        assert_eq!(class_of("AWS::EC2::Natgateway"), None);
    }
}
