//! The audit of 500 templates in the shapes that people publish, read from files.
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::{fmt::Write as _, fs, hint::black_box, path::Path};

use criterion::{Criterion, criterion_group, criterion_main};
use zerobill_audit::{Options, audit_paths};

const TEMPLATES: usize = 500;

/// A template with the parts of a usual one, about 12 KB: parameters, a network, functions with roles and logs, tables, alarms.
fn template(seed: usize) -> String {
    let mut text = String::from(
        "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nParameters:\n  Stage: {Type: String, Default: dev}\n\
         Mappings:\n  Sizes:\n    dev: {Memory: 128, Mode: PAY_PER_REQUEST}\n    prod: {Memory: 1024, Mode: PROVISIONED}\n\
         Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\nGlobals:\n  Function: {Runtime: python3.13, Timeout: 10}\nResources:\n\
         \x20 Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n\
         \x20 Address: {Type: AWS::EC2::EIP, Condition: IsProd}\n",
    );
    for part in 0..12 {
        let name = format!("Part{seed}x{part}");
        _ = write!(
            text,
            "  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      CodeUri: src/{part}\n\
             \x20     MemorySize: !FindInMap [Sizes, !Ref Stage, Memory]\n      Environment:\n        Variables:\n\
             \x20         TABLE: !Ref {name}Table\n          URL: !Sub 'https://${{AWS::Region}}.example.com/${{{name}Table}}/{part}'\n\
             \x20     Policies:\n        - DynamoDBCrudPolicy: {{TableName: !Ref {name}Table}}\n\
             \x20     Events:\n        Call: {{Type: HttpApi, Properties: {{Path: /{part}, Method: get}}}}\n\
             \x20 {name}Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: !Sub /aws/lambda/${{{name}}}\n\
             \x20     RetentionInDays: 14\n  {name}Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n\
             \x20     BillingMode: !FindInMap [Sizes, !Ref Stage, Mode]\n      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]\n\
             \x20     KeySchema: [{{AttributeName: id, KeyType: HASH}}]\n  {name}Alarm:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n\
             \x20     Namespace: AWS/Lambda\n      MetricName: Errors\n      Dimensions: [{{Name: FunctionName, Value: !Ref {name}}}]\n\
             \x20     Period: 300\n      EvaluationPeriods: 1\n      ComparisonOperator: GreaterThanThreshold\n      Threshold: 0\n"
        );
    }
    text
}

fn write(folder: &Path) {
    for seed in 0..TEMPLATES {
        fs::write(folder.join(format!("{seed}.yaml")), template(seed)).expect("the folder can be written");
    }
}

fn audit(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    write(folder.path());
    let paths = [folder.path().to_path_buf()];
    let report = audit_paths(&paths, &Options::default()).expect("the templates are read");
    assert_eq!((report.files, report.unknown.len()), (TEMPLATES, 0));
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10);
    group.bench_function("500 templates", |bencher| {
        bencher.iter(|| audit_paths(black_box(&paths), &Options::default()).expect("the templates are read"));
    });
    group.finish();
}

criterion_group!(benches, audit);
criterion_main!(benches);
