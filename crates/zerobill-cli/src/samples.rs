//! The built-in sample events of `zerobill invoke --sample NAME`, one JSON file each.

use thiserror::Error;

use crate::nearest::suggestion;

/// One built-in event, of the shape AWS sends.
pub(crate) struct Sample {
    /// What `--sample` takes.
    pub(crate) name: &'static str,
    /// What the event is, in one sentence.
    pub(crate) doc: &'static str,
    /// The event as JSON.
    pub(crate) event: &'static str,
}

/// The samples in the order they are listed: direct invocations, HTTP, queues and streams, schedules, voice.
pub(crate) const SAMPLES: &[Sample] = &[
    Sample {
        name: "health",
        doc: "Asks the function whether it is well.",
        event: include_str!("../samples/health.json"),
    },
    Sample {
        name: "stats",
        doc: "Asks the function for its counters.",
        event: include_str!("../samples/stats.json"),
    },
    Sample {
        name: "doctor",
        doc: "Asks the function to diagnose its way to Home Assistant.",
        event: include_str!("../samples/doctor.json"),
    },
    Sample {
        name: "self-test",
        doc: "Runs `debug.self_test` as a direct operation, which the function must expose.",
        event: include_str!("../samples/self-test.json"),
    },
    Sample {
        name: "benchmark",
        doc: "Runs `debug.benchmark` as a direct operation, which the function must expose.",
        event: include_str!("../samples/benchmark.json"),
    },
    Sample {
        name: "operation",
        doc: "Runs `cache.stats` as a direct operation, which the function must expose.",
        event: include_str!("../samples/operation.json"),
    },
    Sample {
        name: "function-url",
        doc: "A GET of `/health` through a Function URL.",
        event: include_str!("../samples/function-url.json"),
    },
    Sample {
        name: "function-url-post",
        doc: "A POST of four bytes through a Function URL, with cookies and a base64 body.",
        event: include_str!("../samples/function-url-post.json"),
    },
    Sample {
        name: "http-api",
        doc: "A POST of JSON through an HTTP API with payload format 2.0 and a JWT authorizer.",
        event: include_str!("../samples/http-api.json"),
    },
    Sample {
        name: "rest-api",
        doc: "A GET through a REST API.",
        event: include_str!("../samples/rest-api.json"),
    },
    Sample {
        name: "alb",
        doc: "A GET through an Application Load Balancer.",
        event: include_str!("../samples/alb.json"),
    },
    Sample {
        name: "sqs",
        doc: "Two messages of an SQS queue.",
        event: include_str!("../samples/sqs.json"),
    },
    Sample {
        name: "sns",
        doc: "A CloudWatch alarm as an SNS notification.",
        event: include_str!("../samples/sns.json"),
    },
    Sample {
        name: "s3",
        doc: "An object created in an S3 bucket.",
        event: include_str!("../samples/s3.json"),
    },
    Sample {
        name: "dynamodb",
        doc: "An item modified in a DynamoDB table, from its stream.",
        event: include_str!("../samples/dynamodb.json"),
    },
    Sample {
        name: "kinesis",
        doc: "A record of a Kinesis data stream.",
        event: include_str!("../samples/kinesis.json"),
    },
    Sample {
        name: "eventbridge",
        doc: "An instance that started, from the default EventBridge bus.",
        event: include_str!("../samples/eventbridge.json"),
    },
    Sample {
        name: "schedule",
        doc: "The tick of an EventBridge rule that runs on a schedule.",
        event: include_str!("../samples/schedule.json"),
    },
    Sample {
        name: "alexa-discovery",
        doc: "The Alexa Smart Home directive that asks for all devices.",
        event: include_str!("../samples/alexa-discovery.json"),
    },
    Sample {
        name: "alexa-turn-on",
        doc: "The Alexa Smart Home directive that switches `light#kitchen` on.",
        event: include_str!("../samples/alexa-turn-on.json"),
    },
    Sample {
        name: "alexa-skill",
        doc: "The launch of a custom Alexa skill.",
        event: include_str!("../samples/alexa-skill.json"),
    },
    Sample {
        name: "assist",
        doc: "A spoken sentence for a voice assistant.",
        event: include_str!("../samples/assist.json"),
    },
];

/// No sample has the name that was asked for.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("no sample is named `{name}`{suggestion}; `--sample list` names them all")]
pub(crate) struct UnknownSample {
    name: String,
    suggestion: String,
}

/// The sample called `name`, or an error with the name nearest to it.
pub(crate) fn find(name: &str) -> Result<&'static Sample, UnknownSample> {
    SAMPLES
        .iter()
        .find(|sample| sample.name == name)
        .ok_or_else(|| UnknownSample {
            name: name.to_owned(),
            suggestion: suggestion(name, SAMPLES.iter().map(|sample| sample.name)),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn each_file_is_a_sample_and_each_name_is_its_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let named: BTreeSet<String> = SAMPLES.iter().map(|sample| format!("{}.json", sample.name)).collect();
        assert_eq!(files, named);
        assert_eq!(named.len(), SAMPLES.len(), "two samples have one name");

        for sample in SAMPLES {
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("samples")
                .join(format!("{}.json", sample.name));
            assert_eq!(
                std::fs::read_to_string(file).unwrap(),
                sample.event,
                "{} is another file",
                sample.name
            );
        }
    }

    #[test]
    fn each_event_is_a_json_object_with_a_one_sentence_doc() {
        for sample in SAMPLES {
            let event: serde_json::Value = serde_json::from_str(sample.event).unwrap();
            assert!(event.is_object(), "{}", sample.name);
            assert!(
                sample.doc.ends_with('.') && !sample.doc.contains(". "),
                "{}: {}",
                sample.name,
                sample.doc
            );
        }
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest() {
        assert_eq!(find("alexa-discovery").unwrap().name, "alexa-discovery");
        for (misspelt, right) in [
            ("alexa-discover", "alexa-discovery"),
            ("function_url", "function-url"),
            ("Sqs", "sqs"),
            ("event-bridge", "eventbridge"),
            ("helth", "health"),
        ] {
            let error = find(misspelt).map(|sample| sample.name).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("no sample is named `{misspelt}`, did you mean `{right}`; `--sample list` names them all")
            );
        }
    }

    #[test]
    fn a_name_like_no_other_gets_no_suggestion() {
        let error = find("zzz").map(|sample| sample.name).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no sample is named `zzz`; `--sample list` names them all"
        );
    }
}
