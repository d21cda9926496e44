//! Exports add up in any order, and one that is seen twice counts once.

use proptest::{collection::btree_map, prelude::*};

use super::super::{Export, Histogram, InterfaceUse, Merged, Tally, VERSION};

fn counts() -> impl Strategy<Value = std::collections::BTreeMap<String, u64>> {
    btree_map("[ab]|other|none", 0..1_000_u64, 0..4)
}

fn interface() -> impl Strategy<Value = InterfaceUse> {
    let numbers = prop::array::uniform7(prop_oneof![0..100_u64, Just(u64::MAX)]);
    (numbers, prop::array::uniform11(0..9_u64)).prop_map(|(numbers, buckets)| InterfaceUse {
        requests: numbers[0],
        first_requests: numbers[1],
        first_use: Histogram::of(buckets),
        built_in_requests: numbers[2],
        built_in_requests_us: numbers[3],
        built_in_init: numbers[4],
        built_in_init_us: numbers[5],
        heap_bytes: numbers[6],
    })
}

fn tally() -> impl Strategy<Value = Tally> {
    let numbers = prop::array::uniform3(0..3_u64);
    let interfaces = btree_map("cache|security", interface(), 0..3);
    (numbers, interfaces, counts(), counts(), counts()).prop_map(
        |([requests, first_requests, failed], interfaces, kinds, handlers, combinations)| Tally {
            requests,
            first_requests,
            failed,
            interfaces,
            kinds,
            handlers,
            combinations,
        },
    )
}

/// Few environments and few times, so that they meet.
fn export() -> impl Strategy<Value = Export> {
    ("[xyz]", 0..3_u64, tally()).prop_map(|(environment, until_ms, tally)| Export {
        version: VERSION,
        environment,
        function: "f".to_owned(),
        library: "0".to_owned(),
        from_ms: 0,
        until_ms,
        tally,
    })
}

fn merged(exports: &[Export]) -> Merged {
    let mut merged = Merged::default();
    for export in exports {
        merged.insert(export.clone());
    }
    merged
}

fn both(mut one: Merged, other: &Merged) -> Merged {
    one.merge(other.clone());
    one
}

fn sum(mut one: Tally, other: &Tally) -> Tally {
    one.add(other);
    one
}

proptest! {
    #[test]
    fn it_makes_no_difference_in_which_order_exports_are_merged(
        exports in prop::collection::vec(export(), 0..8),
        split in 0..8_usize,
        again in 0..8_usize,
    ) {
        let all = merged(&exports);
        let mut backwards = exports.clone();
        backwards.reverse();
        prop_assert_eq!(&merged(&backwards), &all);
        let (left, right) = exports.split_at(split.min(exports.len()));
        let (middle, last) = right.split_at(right.len() / 2);
        let [left, middle, last] = [left, middle, last].map(merged);
        let one = both(both(left.clone(), &middle), &last);
        let other = both(left, &both(middle, &last));
        prop_assert_eq!(&one, &all);
        prop_assert_eq!(&other, &all);
        let twice = both(all.clone(), &merged(&exports[again.min(exports.len())..]));
        prop_assert_eq!(&twice, &all);
        prop_assert_eq!(twice.tally(), all.tally());
    }

    #[test]
    fn tallies_add_up_in_any_order(a in tally(), b in tally(), c in tally()) {
        prop_assert_eq!(sum(a.clone(), &b), sum(b.clone(), &a));
        prop_assert_eq!(sum(sum(a.clone(), &b), &c), sum(a.clone(), &sum(b, &c)));
        prop_assert_eq!(sum(Tally::default(), &a), a);
    }

    #[test]
    fn an_export_is_read_as_it_was_written(export in export()) {
        let read = super::super::read(&export.to_json()).unwrap().unwrap();
        prop_assert_eq!(read, export);
    }
}

#[test]
fn the_later_export_of_an_environment_replaces_the_earlier_one() {
    let at = |requests, environment: &str| Export {
        version: VERSION,
        environment: environment.to_owned(),
        function: String::new(),
        library: String::new(),
        from_ms: 0,
        until_ms: 0,
        tally: Tally {
            requests,
            ..Tally::default()
        },
    };
    let merged = merged(&[at(8, "a"), at(16, "a"), at(4, "a"), at(2, "b")]);
    assert_eq!((merged.environments(), merged.tally().requests), (2, 18));
}
