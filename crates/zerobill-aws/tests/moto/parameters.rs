//! Settings from Parameter Store.

use lambda_runtime::Context;
use serde_json::json;
use zerobill::{config::Layer, environment::Environment};

use crate::lab::{OwnMoto, Place, SECOND, moto, put_parameter};

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn twenty_five_parameters_come_over_three_pages() {
    for number in 0..25 {
        put_parameter(
            &moto(),
            &format!("/pages/prod/shop/size/{number:02}"),
            &number.to_string(),
            "String",
        )
        .await;
    }
    put_parameter(&moto(), "/pages/production/shop/size/99", "99", "String").await;
    let place = Place::new([("config.ssm_path", "/pages/prod")]).await;
    let config = place.gateway.config();
    let sizes: Vec<_> = (0..25)
        .map(|number| config.get::<String>(&format!("shop.size.{number:02}")).unwrap())
        .collect();
    assert_eq!(
        sizes,
        (0..25).map(|number| Some(number.to_string())).collect::<Vec<_>>()
    );
    assert_eq!(config.value("shop.size.99"), None, "another path is not below this one");
    let sources = config.sources();
    let read: Vec<_> = sources
        .iter()
        .filter(|source| source.source == Layer::Parameters)
        .collect();
    assert_eq!(
        (read.len(), read[7].place.as_str()),
        (25, "parameter `/pages/prod/shop/size/07`")
    );
    assert_eq!(place.warnings(), [""; 0]);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_secure_string_is_decrypted_and_never_shown() {
    put_parameter(&moto(), "/secure/shop/door", "zbsecret-door", "SecureString").await;
    put_parameter(&moto(), "/secure/logging/level", "ERROR", "SecureString").await;
    let place = Place::new([("config.ssm_path", "/secure/")]).await;
    let config = place.gateway.config();
    assert_eq!(config.require::<String>("shop.door").unwrap(), "zbsecret-door");
    assert_eq!(
        (config.shown("shop.door"), &config.get_all()["shop.door"]),
        (Some(json!("***")), &json!("***"))
    );
    assert_eq!(config.require::<String>("logging.level").unwrap(), "ERROR");
    place.gateway.logging().info("quiet", ());
    assert_eq!(
        place.output.lines(),
        [""; 0],
        "the level came from there before anything was logged"
    );
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn an_invocation_reads_them_again_when_they_are_old() {
    put_parameter(&moto(), "/age/service", "one", "String").await;
    let place = Place::new([("config.ssm_path", "/age")]).await;
    let service = async || {
        let work = async { place.gateway.config().require::<String>("service") };
        place.gateway.invoke(Context::default(), work).await.unwrap()
    };
    put_parameter(&moto(), "/age/service", "two", "String").await;
    place.hand.advance(299 * SECOND);
    assert_eq!(service().await, "one");
    place.hand.advance(SECOND);
    assert_eq!(service().await, "two");
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn while_it_is_down_the_last_values_hold_and_one_line_says_so() {
    let mut own = OwnMoto::start();
    put_parameter(&own.url, "/down/service", "shop", "String").await;
    let place = Place::at(&own.url, [("config.ssm_path", "/down")]).await;
    assert_eq!(place.gateway.config().require::<String>("service").unwrap(), "shop");
    own.stop();
    for _ in 0..2 {
        let error = place.gateway.config().refresh().await.unwrap_err().to_string();
        let start = "the settings' source did not answer: `ssm:GetParametersByPath` on the parameters below `/down` got no answer: ";
        assert!(error.starts_with(start), "{error}");
        place.hand.advance(300 * SECOND);
        let work = async { place.gateway.config().require::<String>("service") };
        assert_eq!(place.gateway.invoke(Context::default(), work).await.unwrap(), "shop");
    }
    let warnings = place.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(warnings[0].ends_with(": its last settings hold"), "{warnings:#?}");
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_value_of_the_wrong_type_is_a_warning_and_the_default_holds() {
    put_parameter(&moto(), "/wrong/cache/max_bytes", "many", "String").await;
    put_parameter(&moto(), "/wrong/service", "shop", "String").await;
    let place = Place::new([("config.ssm_path", "/wrong")]).await;
    let config = place.gateway.config();
    assert_eq!(config.require::<u64>("cache.max_bytes").unwrap(), 4_194_304);
    assert_eq!(config.require::<String>("service").unwrap(), "shop");
    assert_eq!(
        place.warnings(),
        [
            "parameter `/wrong/cache/max_bytes`: `many` is not a whole number from 1024 to 10737418240; the value below holds"
        ]
    );
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn without_a_path_nothing_is_asked_and_without_credentials_it_says_what_is_missing() {
    let nothing = Place::of(Environment::default(), []).await;
    assert_eq!(nothing.warnings(), [""; 0]);
    let environment = Environment::from_pairs([("AWS_REGION", "eu-west-1")]);
    let place = Place::of(environment, [("config.ssm_path", "/shop")]).await;
    assert_eq!(
        place.warnings(),
        [
            "the settings' source did not answer: the variable `AWS_ACCESS_KEY_ID` is not set; Lambda sets it: \
          the settings of the file, the environment and code hold"
        ]
    );
    let place = Place::new([("config.ssm_path", "shop")]).await;
    let error = place.gateway.config().refresh().await.unwrap_err().to_string();
    assert!(
        error.ends_with("the setting `config.ssm_path` is `shop`, which does not begin with `/`"),
        "{error}"
    );
}
