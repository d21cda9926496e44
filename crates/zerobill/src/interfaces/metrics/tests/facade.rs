//! What arrives of the `metrics` facade.

use ::metrics::{Key, Label, Level, Metadata, Recorder as _};
use lambda_runtime::Context;

use super::{documents, gateway, head, warnings};
use crate::metrics::recorder;

static METADATA: Metadata<'static> = Metadata::new("test", Level::INFO, None);

#[tokio::test]
async fn the_facade_s_metrics_arrive_with_their_labels_and_units() {
    let (gateway, output) = gateway();
    let recorder = recorder();
    recorder.describe_histogram("took".into(), Some(::metrics::Unit::Milliseconds), "".into());
    let key = |name: &'static str| Key::from_parts(name, vec![Label::new("region", "eu")]);
    let work = async {
        let orders = recorder.register_counter(&key("orders"), &METADATA);
        orders.increment(2);
        orders.increment(3);
        for total in [10, 8, 15] {
            recorder.register_counter(&key("total"), &METADATA).absolute(total);
        }
        let depth = recorder.register_gauge(&key("depth"), &METADATA);
        depth.set(5.0);
        depth.decrement(1.5);
        recorder.register_gauge(&key("depth"), &METADATA).increment(1.0);
        let took = recorder.register_histogram(&key("took"), &METADATA);
        took.record(1.0);
        took.record(2.0);
        recorder
            .register_counter(&Key::from_name("größe"), &METADATA)
            .increment(1);
        Ok::<(), ()>(())
    };
    assert_eq!(gateway.invoke(Context::default(), work).await, Ok(()));
    let metrics = r#"{"Name":"orders","Unit":"Count"},{"Name":"total","Unit":"Count"},{"Name":"depth","Unit":"None"},{"Name":"took","Unit":"Milliseconds"}]}]},"service":"shop","region":"eu","orders":5,"total":15,"depth":4.5,"took":[1,2]}"#;
    let document = output.lines().into_iter().find(|line| line.starts_with(r#"{"_aws""#));
    assert_eq!(document, Some(head(r#"["service","region"]"#) + metrics));
    assert_eq!(
        warnings(&output),
        ["metric `größe` is not 1 to 255 printable ASCII characters"]
    );
}

#[test]
fn a_gauge_that_is_set_to_no_number_keeps_its_value() {
    let (gateway, output) = gateway();
    let gauge = recorder()
        .gateway(gateway.clone())
        .register_gauge(&Key::from_name("depth"), &METADATA);
    gauge.set(5.0);
    gauge.increment(f64::NAN);
    gauge.increment(1.0);
    gateway.metrics().flush();
    assert_eq!(documents(&output)[0]["depth"], 6);
}

#[test]
fn a_gauge_and_a_total_of_one_name_do_not_share_their_memory() {
    let (gateway, output) = gateway();
    let recorder = recorder().gateway(gateway.clone());
    let key = Key::from_name("depth");
    recorder.register_gauge(&key, &METADATA).set(5.0);
    assert_eq!(gateway.metrics().flush(), 1);
    recorder.register_counter(&key, &METADATA).absolute(3);
    gateway.metrics().flush();
    assert_eq!(
        (&documents(&output)[0]["depth"], &documents(&output)[1]["depth"]),
        (&5.into(), &3.into())
    );
}

#[test]
fn counters_that_are_only_incremented_leave_room_for_totals() {
    let (gateway, output) = gateway();
    let recorder = recorder().gateway(gateway.clone());
    for n in 0..2_000 {
        recorder
            .register_counter(
                &Key::from_parts("many", vec![Label::new("n", n.to_string())]),
                &METADATA,
            )
            .increment(1);
    }
    for _ in 0..3 {
        recorder
            .register_counter(&Key::from_name("total"), &METADATA)
            .absolute(1_000);
    }
    assert_eq!(
        gateway.metrics().get("total"),
        Vec::<f64>::new(),
        "the ten series are taken"
    );
    assert_eq!(warnings(&output).len(), 1);
    let total = Key::from_name("total");
    let fresh = crate::Gateway::builder()
        .environment(crate::environment::Environment::default())
        .output(crate::output::Output::captured());
    let fresh = fresh.build().expect("valid");
    let recorder = recorder.gateway(fresh.clone());
    for value in [1_500, 1_500] {
        recorder.register_counter(&total, &METADATA).absolute(value);
    }
    assert_eq!(fresh.metrics().get("total"), [500.0]);
}

#[test]
fn a_label_without_a_value_is_left_out_and_a_wrong_name_is_said_once() {
    let (gateway, output) = gateway();
    let recorder = recorder().gateway(gateway.clone());
    recorder
        .register_counter(&Key::from_parts("orders", vec![Label::new("region", "")]), &METADATA)
        .increment(1);
    for _ in 0..100 {
        recorder
            .register_counter(&Key::from_name("größe"), &METADATA)
            .increment(1);
    }
    gateway.metrics().flush();
    assert_eq!(documents(&output)[0]["orders"], 1);
    assert_eq!(warnings(&output).len(), 1);
}
