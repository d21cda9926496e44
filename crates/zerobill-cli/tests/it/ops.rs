//! `zerobill ops`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::zerobill::run;

#[test]
fn the_table_has_a_row_and_its_parameters() {
    assert_snapshot!(run(&["ops", "cache.set"]), @r"
    exit: 0
    --- stdout
    operation  effect   expose   what it does
    cache.set  changes  name     Stores a value under a key and says whether it was stored.
                                 key: string: the key
                                 value: any: the value, null included
                                 ttl: number, optional: the time to live in seconds; 0 stores nothing, null takes the setting

    --- stderr
    ");
    assert_snapshot!(run(&["ops", "cache.stats"]), @r"
    exit: 0
    --- stdout
    operation    effect   expose   what it does
    cache.stats  reads    name, *  Returns hits, misses, evictions, entries and bytes.

    --- stderr
    ");
}

#[test]
fn the_table_and_the_json_have_every_operation() {
    let (table, json) = (run(&["ops"]), run(&["ops", "--format", "json"]));
    assert_eq!((table.exit, table.stderr.as_str()), (Some(0), ""));
    assert_eq!((json.exit, json.stderr.as_str()), (Some(0), ""));
    let listed: Vec<&str> = table
        .stdout
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let rows: Vec<Value> = serde_json::from_str(&json.stdout).unwrap();
    let in_json: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    let mut all = Vec::new();
    for interface in zerobill::CATALOGUE {
        for operation in interface.operations {
            let description = operation.description();
            let row = &rows[all.len()];
            assert_eq!(row["doc"], description.doc);
            assert_eq!(row["effect"], if description.read_only { "reads" } else { "changes" });
            assert_eq!(row["exposed_by_star"], description.exposed_by_star);
            assert_eq!(row["parameters"], description.schema());
            all.push(format!("{}.{}", interface.name, description.name));
        }
    }
    assert!(all.len() > 20, "{all:?}");
    assert_eq!(listed, all);
    assert_eq!(in_json, all);
}

#[test]
fn a_pattern_selects_and_one_that_selects_nothing_is_the_users_error() {
    let debug: Vec<Value> = serde_json::from_str(&run(&["ops", "debug.", "--format", "json"]).stdout).unwrap();
    let names: Vec<&str> = debug.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"debug.health") && names.iter().all(|name| name.starts_with("debug.")));
    assert_snapshot!(run(&["ops", "zzz"]), @r"
    exit: 1
    --- stdout

    --- stderr
    error: no operation's name holds `zzz`
    hint: `zerobill ops` lists all
    ");
}
