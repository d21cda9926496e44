//! Items that are written one version after the other.

use aws_sdk_dynamodb::{error::ProvideErrorMetadata, error::SdkError, types::AttributeValue};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{ID, Item, Table, number};

impl Table {
    /// Writes the item under a number `name` that is one more than the stored one, or the first where there is none; says
    /// whether it did.
    pub(crate) async fn put_version(
        &self,
        id: &str,
        mut item: Item,
        (name, version): (&str, u64),
    ) -> Result<bool, String> {
        item.insert(name.to_owned(), number(version));
        let request = self.putting(id, item, None)?;
        let request = if version == 1 {
            request
                .condition_expression("attribute_not_exists(#id)")
                .expression_attribute_names("#id", ID)
        } else {
            request
                .condition_expression("#version = :before")
                .expression_attribute_names("#version", name)
                .expression_attribute_values(":before", number(version.saturating_sub(1)))
        };
        self.conditional(request.send().await, "dynamodb:PutItem")
    }

    /// Removes the item if its number `name` is still that; says whether it did.
    pub(crate) async fn delete_version(&self, id: &str, (name, version): (&str, u64)) -> Result<bool, String> {
        let request = self
            .client()?
            .delete_item()
            .table_name(&self.name)
            .key(ID, AttributeValue::S(id.to_owned()))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", name)
            .expression_attribute_values(":version", number(version));
        self.conditional(request.send().await, "dynamodb:DeleteItem")
    }

    /// Adds `member` to the set `name` of the item, which is made if there is none, or takes it out.
    pub(crate) async fn change_set(&self, id: &str, name: &str, member: &str, add: bool) -> Result<(), String> {
        let verb = if add { "ADD" } else { "DELETE" };
        let request = self
            .client()?
            .update_item()
            .table_name(&self.name)
            .key(ID, AttributeValue::S(id.to_owned()))
            .update_expression(format!("{verb} #set :member"))
            .expression_attribute_names("#set", name)
            .expression_attribute_values(":member", AttributeValue::Ss(vec![member.to_owned()]));
        let answer = request.send().await;
        self.note(answer.map_err(|error| self.problem(&error, "dynamodb:UpdateItem")))
            .map(drop)
    }

    /// A condition that did not hold is an answer, and no fault of the table.
    fn conditional<T, E>(&self, answer: Result<T, SdkError<E, HttpResponse>>, action: &str) -> Result<bool, String>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let answer = match answer {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error().and_then(ProvideErrorMetadata::code) {
                Some("ConditionalCheckFailedException") => Ok(false),
                _ => Err(self.problem(&error, action)),
            },
        };
        self.note(answer)
    }
}
