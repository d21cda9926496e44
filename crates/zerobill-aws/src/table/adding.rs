//! Items to whose numbers several add at once, each addition under a number of its own.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValue},
};

use super::{EXPIRES_AT, ID, Item, Table, number};

/// What is added to an item.
pub(crate) struct Addition<'a> {
    /// Numbers by their names, with their signs.
    pub(crate) numbers: &'a [(&'a str, String)],
    /// A set of numbers by its name.
    pub(crate) set: (&'a str, Vec<String>),
    /// The place in which its own number is kept, and that number: what is there already is not added again.
    pub(crate) once: (&'a str, u64),
    /// When the item may be removed, in seconds since 1970.
    pub(crate) expires_at_s: u64,
}

impl Table {
    /// Adds to the item, which is made if there is none, and answers with it as it is then.
    pub(crate) async fn add(&self, id: &str, addition: &Addition<'_>) -> Result<Item, String> {
        let (place, own) = addition.once;
        let mut adding: Vec<_> = Vec::new();
        let mut request = self
            .updating(id)?
            .condition_expression("attribute_not_exists(#place) OR #place <> :own")
            .expression_attribute_names("#place", place)
            .expression_attribute_values(":own", number(own))
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":expires", number(addition.expires_at_s))
            .return_values(ReturnValue::AllNew);
        for (name, amount) in addition.numbers {
            adding.push(format!("{name} :{name}"));
            request = request.expression_attribute_values(format!(":{name}"), AttributeValue::N(amount.clone()));
        }
        let (name, members) = &addition.set;
        if !members.is_empty() {
            adding.push(format!("{name} :{name}"));
            request = request.expression_attribute_values(format!(":{name}"), AttributeValue::Ns(members.clone()));
        }
        let adding = adding.join(", ");
        let request = request.update_expression(format!("ADD {adding} SET #place = :own, #expires = :expires"));
        let is_there_already = match request.send().await {
            Ok(output) => return self.note(Ok(output.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(error) if error.is_conditional_check_failed_exception() => Ok(()),
                _ => Err(self.problem(&error, "dynamodb:UpdateItem")),
            },
        };
        self.note(is_there_already)?;
        Ok(self.get(id).await?.unwrap_or_default())
    }

    /// Sets these numbers of the item, which is made if there is none.
    pub(crate) async fn set_numbers(&self, id: &str, numbers: &[(&str, u64)], expires_at_s: u64) -> Result<(), String> {
        let mut request = self
            .updating(id)?
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":expires", number(expires_at_s));
        let mut setting = vec!["#expires = :expires".to_owned()];
        for (name, amount) in numbers {
            setting.push(format!("{name} = :{name}"));
            request = request.expression_attribute_values(format!(":{name}"), number(*amount));
        }
        let request = request.update_expression(format!("SET {}", setting.join(", ")));
        let answer = request.send().await;
        self.note(answer.map_err(|error| self.problem(&error, "dynamodb:UpdateItem")))
            .map(drop)
    }

    fn updating(&self, id: &str) -> Result<UpdateItemFluentBuilder, String> {
        let request = self.client()?.update_item().table_name(&self.name);
        Ok(request.key(ID, AttributeValue::S(id.to_owned())))
    }
}
