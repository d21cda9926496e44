//! Circuit breakers of several execution environments over one table.

use serde_json::json;
use zerobill::circuit_breaker::{BreakerError, BreakerState};

use crate::lab::{Place, SECOND, create_table, item};

async fn place(table: &str) -> Place {
    Place::new([("aws.breaker_table", table), ("circuit_breaker.failures", "1")]).await
}

async fn answer(place: &Place, result: Result<(), &'static str>) -> Result<(), BreakerError<&'static str>> {
    place.gateway.circuit_breaker().call("shop", async { result }).await
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn others_hear_that_a_circuit_opened_and_that_it_closed() {
    create_table("breakers-heard").await;
    let (one, other) = (place("breakers-heard").await, place("breakers-heard").await);
    answer(&one, Ok(())).await.unwrap();
    assert_eq!(
        item("breakers-heard", "breaker#shop").await,
        json!(null),
        "nothing is written before a state changes"
    );
    answer(&one, Err("down")).await.unwrap_err();
    let written = json!({
        "id": { "S": "breaker#shop" },
        "open_until_ms": { "N": "1800000030000" },
        "version": { "N": "1" },
        "expires_at": { "N": "1800604830" },
    });
    assert_eq!(item("breakers-heard", "breaker#shop").await, written);
    assert_eq!(
        answer(&other, Ok(())).await,
        Err(BreakerError::Open {
            retry_after: 30 * SECOND
        })
    );
    for place in [&one, &other] {
        place.hand.advance(30 * SECOND);
    }
    answer(&one, Ok(())).await.unwrap();
    assert_eq!(
        item("breakers-heard", "breaker#shop").await["open_until_ms"],
        json!({ "N": "0" })
    );
    answer(&other, Ok(())).await.unwrap();
    for place in [&one, &other] {
        assert_eq!(
            place.gateway.circuit_breaker().state("shop"),
            Some(BreakerState::Closed)
        );
        assert_eq!(place.warnings(), ["circuit opened"]);
    }
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn of_two_that_race_for_the_probe_exactly_one_wins() {
    create_table("breakers-race").await;
    for round in 0..5 {
        let (one, other) = (place("breakers-race").await, place("breakers-race").await);
        for place in [&one, &other] {
            place.hand.advance(round * 3_600 * SECOND);
        }
        answer(&one, Err("down")).await.unwrap_err();
        answer(&other, Ok(())).await.unwrap_err();
        for place in [&one, &other] {
            place.hand.advance(30 * SECOND);
        }
        let (first, second) = tokio::join!(answer(&one, Err("still down")), answer(&other, Err("still down")));
        let results = [first, second];
        let probes = results
            .iter()
            .filter(|result| matches!(result, Err(BreakerError::Failed(_))))
            .count();
        let refused = results
            .iter()
            .filter(|result| matches!(result, Err(BreakerError::Open { .. })))
            .count();
        assert_eq!((probes, refused), (1, 1), "round {round}: {results:?}");
        // Closed again for the next round.
        for place in [&one, &other] {
            place.hand.advance(60 * SECOND);
        }
        answer(&one, Ok(())).await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_table_that_is_missing_is_said_once_and_each_goes_on_alone() {
    let place = place("no-such-table").await;
    for _ in 0..3 {
        answer(&place, Ok(())).await.unwrap();
        place.hand.advance(60 * SECOND);
    }
    assert_eq!(
        place.warnings(),
        [
            "the breakers' store did not answer: `dynamodb:GetItem` failed: there is no table `no-such-table`; \
          create it with the partition key `id` of type text"
        ]
    );
    answer(&place, Err("down")).await.unwrap_err();
    assert_eq!(place.gateway.circuit_breaker().state("shop"), Some(BreakerState::Open));
}
