//! What an invocation costs, part by part, for the benches; not for functions.

use crate::{gateway::Gateway, interfaces::Place, lazy::microseconds};

/// Counts a request that used four interfaces, twice each, as the analytics do.
pub fn analytics_of_a_request(gateway: &Gateway) -> bool {
    let base = gateway.base();
    let request = base.analytics.begin();
    request.set_kind("http-v2");
    request.set_handler("shop");
    for place in [Place::cache, Place::utility, Place::security, Place::http_client]
        .into_iter()
        .cycle()
        .take(8)
    {
        let place = place as usize;
        if request.is_new(place) && request.mark(place) {
            base.analytics.first_use(place, microseconds(base.clock.monotonic()));
        }
    }
    base.analytics.record(&request, false, false, &base.clock)
}

/// Meters the begin and the end of an invocation.
pub fn meter_of_an_invocation(gateway: &Gateway) {
    let base = gateway.base();
    let started_us = microseconds(base.clock.monotonic());
    let charge = base.meter.begin(base.clock.epoch_ms(), 0, started_us);
    let ended_us = microseconds(base.clock.monotonic());
    base.meter.end(&charge, ended_us.saturating_sub(started_us), false);
}
