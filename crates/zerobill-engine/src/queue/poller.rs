//! Takes batches from a queue and invokes the function with them, as many at once as the function has seats.

use std::sync::{Arc, Weak};

use serde_json::json;
use tokio::{sync::Semaphore, time::sleep_until};

use super::{Message, Queue, batch};
use crate::{
    error::InvokeError,
    function::Function,
    invocation::{InvokeReply, InvokeRequest},
    later, task,
};

/// Invokes `function` with what arrives, as long as there is one.
pub(crate) async fn run(function: Weak<Function>, queue: Arc<Queue>) {
    let Some(concurrency) = function.upgrade().map(|function| function.settings.concurrency) else {
        return;
    };
    let at_once = Arc::new(Semaphore::new(concurrency));
    loop {
        queue.filled().await;
        let Ok(turn) = Arc::clone(&at_once).acquire_owned().await else {
            return;
        };
        let Some(function) = function.upgrade() else { return };
        let (batch, queue) = (queue.take(), Arc::clone(&queue));
        if !batch.is_empty() {
            task::spawn(async move {
                work(&function, &queue, batch).await;
                drop(turn);
            });
        }
    }
}

impl Queue {
    /// Waits until there is a batch to take: a whole one, or what is there when the window has passed.
    async fn filled(&self) {
        let mut window_ends = None;
        loop {
            let changed = self.changed.notified();
            let (ready, next) = self.ready();
            if ready > 0 {
                let ends = *window_ends.get_or_insert_with(|| task::now() + self.settings.window);
                if ready >= self.settings.batch_size || task::now() >= ends {
                    return;
                }
            }
            // The earlier of the two moments at which something may change by itself.
            let until = window_ends.into_iter().chain(next).min();
            match until {
                Some(until) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(until) => {}
                },
                None => changed.await,
            }
        }
    }
}

/// Has a batch worked on, and takes back or gives up what failed.
async fn work(function: &Arc<Function>, queue: &Queue, batch: Vec<Message>) {
    let (arn, size) = (queue.settings.arn(), batch.len());
    let records: Vec<_> = batch.iter().map(|message| message.record(&arn)).collect();
    let request = InvokeRequest::new(json!({ "Records": records }).to_string());
    let failed = match function.invoke_in_turn(request).await {
        Ok(reply) if !reply.function_error => after_success(queue, batch, reply).await,
        Ok(_) | Err(InvokeError::TooLarge { .. }) => batch,
        // The engine is ending.
        Err(_) => return,
    };
    let max = queue.settings.max_receives;
    let (again, over): (Vec<_>, Vec<_>) = failed.into_iter().partition(|message| message.receives < max);
    for message in over {
        give_up(function, queue, &message);
    }
    let done = size - again.len();
    queue.give_back(again, done);
}

async fn after_success(queue: &Queue, batch: Vec<Message>, reply: InvokeReply) -> Vec<Message> {
    if !queue.settings.partial_failures {
        return Vec::new();
    }
    match reply.payload.collect().await {
        Ok(payload) => batch::failed(batch, &payload),
        Err(_) => batch,
    }
}

/// Says that a message has failed for good, and keeps it where a file is set for that.
fn give_up(function: &Function, queue: &Queue, message: &Message) {
    let (id, receives) = (&message.id, message.receives);
    let start = format!(
        "message {id} of queue `{}` failed {receives} times and is",
        queue.settings.name
    );
    let Some(file) = &queue.settings.dead_letter else {
        return function.say(&format!("{start} given up"));
    };
    let line = message.record(&queue.settings.arn()).to_string();
    match later::append(file, &line) {
        Ok(()) => function.say(&format!("{start} in `{}`", file.display())),
        Err(error) => function.say(&format!("{start} lost: cannot write to `{}`: {error}", file.display())),
    }
}
